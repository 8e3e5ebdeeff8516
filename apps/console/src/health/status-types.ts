/** The state of a node as the gateway's API tells it. */

export interface Problem {
  readonly text: string
  readonly code?: string
  readonly atMs: number
}

export interface Dependency {
  readonly name: string
  readonly own: boolean
  readonly status: 'healthy' | 'unhealthy' | 'not_configured'
  readonly sinceMs?: number
  readonly lastProblem?: Problem
}

export interface Limit {
  readonly name: 'connections' | 'connectionsPerAddress' | 'sessionsPerPrincipal' | 'ratePerAddress'
  readonly limit: number | null
  readonly used: number | null
  readonly holders: number | null
  readonly windowMs?: number
  readonly refused: number
}

export interface ProviderState {
  readonly slot: string
  readonly provider: string
  readonly state: 'idle' | 'good' | 'failing' | 'resting'
  readonly sinceMs: number
  readonly answers: number
  readonly failures: number
  readonly lastProblem?: Problem
}

export interface Host {
  readonly overMs: number
  readonly eventLoopP99Ms: number
  readonly eventLoopMaxMs: number
  readonly cpuShare: number
  readonly cores: number
  readonly load1: number
  readonly residentBytes: number
  readonly heapBytes: number
  readonly memoryBytes: number
}

export interface LatencyCount {
  readonly type: 'first_token' | 'partial_asr' | 'barge_in'
  readonly targetMs: number
  readonly measured: number
  readonly missed: number
  readonly worstMs: number
}

export interface SettingRow {
  readonly group: string
  readonly name: string
  readonly value: string
  readonly source: string
}

export interface Operation {
  readonly sessions: number
  readonly limits: readonly Limit[]
  readonly queues: readonly {
    readonly name: 'store-waiting' | 'store-log-dropped' | 'recording-log-dropped'
    readonly value: number
    readonly limit: number | null
  }[]
  readonly store: { readonly kind: 'pglite' | 'postgres'; readonly tookMs: number }
  readonly host: Host
  readonly latency: readonly LatencyCount[]
  readonly providers: readonly ProviderState[]
  readonly settings: readonly SettingRow[] | null
  readonly problems: readonly {
    readonly level: 'error' | 'warning'
    readonly name: string
    readonly sentence: string
    readonly cure: string
  }[]
}

export interface Status {
  readonly node: {
    readonly name: string
    readonly version: string
    readonly runtime: string
    readonly startedAtMs: number
    readonly atMs: number
    readonly shared: boolean
  }
  readonly ready: boolean
  readonly reasons: readonly string[]
  readonly dependencies: readonly Dependency[]
  readonly tenant: string
  readonly scopes: readonly string[]
  readonly operation: Operation | null
}
