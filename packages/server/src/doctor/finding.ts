/** One thing the doctor looked at. */
export interface Finding {
  readonly name: string
  readonly level: 'ok' | 'warn' | 'fail'
  /** What is. */
  readonly says: string
  /** What to do, when something is to be done. */
  readonly cure?: string
}

export function ok(name: string, says: string): Finding {
  return { name, level: 'ok', says }
}

export function warn(name: string, says: string, cure: string): Finding {
  return { name, level: 'warn', says, cure }
}

export function fail(name: string, says: string, cure: string): Finding {
  return { name, level: 'fail', says, cure }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
