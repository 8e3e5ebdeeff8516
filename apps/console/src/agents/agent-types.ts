/** Agents as the gateway's API tells them. */

export interface AgentVersion {
  readonly version: number
  /** Absent where the text has mistakes. */
  readonly language?: string
  readonly note?: string
  readonly savedBy: string
  /** Milliseconds since 1970. */
  readonly savedAtMs: number
}

export interface AgentSummary {
  readonly name: string
  readonly inForce?: 'file' | 'settings' | 'console' | 'none'
  /** Whether the gateway has a file of that name. */
  readonly own?: boolean
  readonly published?: number
  readonly latest?: AgentVersion
  readonly changedBy?: string
  readonly changedAtMs?: number
  readonly facts?: {
    readonly language: string
    readonly kind: 'scripted' | 'model'
    readonly providers: Readonly<Record<string, readonly string[]>>
  }
  readonly errors?: number
}

export interface AgentDetail extends AgentSummary {
  readonly versions: readonly AgentVersion[]
  readonly yaml?: string
  readonly ownYaml?: string
  readonly problems: readonly AgentProblem[]
}

export interface AgentProblem {
  readonly level: 'error' | 'warning'
  /** From 1. */
  readonly line: number
  /** From 1. */
  readonly column: number
  readonly message: string
  readonly hint?: string
}

export function agentPath(name: string, rest = ''): string {
  return `/api/agents/${encodeURIComponent(name)}${rest}`
}

/** Whether something stands in the way of putting it in force. */
export function hasErrors(problems: readonly AgentProblem[]): boolean {
  return problems.some(({ level }) => level === 'error')
}
