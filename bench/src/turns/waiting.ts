/** Conditions that calls wait for, looked at with every frame. */

export interface Waiting {
  until(holds: () => boolean, timeoutMs: number): Promise<boolean>
  /** Looks at all of them; `broken` ends all. */
  check(broken: boolean): void
}

export function createWaiting(): Waiting {
  const checks = new Set<(broken: boolean) => void>()
  return {
    until(holds, timeoutMs) {
      const deadlineMs = performance.now() + timeoutMs
      return new Promise(resolve => {
        const check = (broken: boolean) => {
          const held = holds()
          if (!held && !broken && performance.now() < deadlineMs) return
          checks.delete(check)
          resolve(held)
        }
        checks.add(check)
      })
    },
    check(broken) {
      for (const check of checks) check(broken)
    },
  }
}
