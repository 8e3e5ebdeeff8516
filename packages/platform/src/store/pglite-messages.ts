/** What the main thread and the PGlite worker say to each other; everything here survives a structured clone. */

/** Given to the worker when it starts. */
export interface WorkerStart {
  /** Folder of the PostgreSQL cluster, or `memory://`. */
  readonly folder: string
}

export type ToWorker =
  | {
      readonly kind: 'query'
      readonly id: number
      readonly sql: string
      readonly parameters: readonly unknown[]
    }
  /** For a library with SQL of its own: several statements where there are no parameters, int8 as digits. */
  | {
      readonly kind: 'run'
      readonly id: number
      readonly sql: string
      readonly parameters: readonly unknown[] | undefined
    }
  | { readonly kind: 'close' }

export type FromWorker =
  | { readonly kind: 'opened' }
  | {
      readonly kind: 'answer'
      readonly id: number
      readonly command: string
      readonly rowCount: number
      readonly rows: unknown[]
    }
  | { readonly kind: 'fault'; readonly id: number; readonly fault: WorkerFault }
  /** What was told by NOTIFY on a channel that a statement listened to. */
  | { readonly kind: 'notice'; readonly channel: string; readonly payload: string }
  /** The engine cannot go on; the worker ends after this. */
  | { readonly kind: 'dead'; readonly fault: WorkerFault }
  | { readonly kind: 'closed' }

/** An error without the statement and its parameters: they hold what people said. */
export interface WorkerFault {
  readonly message: string
  /** SQLSTATE or errno name. */
  readonly code?: string
  /** Only of errors that functions of the queue's schema raise: a number of theirs. */
  readonly detail?: string
}
