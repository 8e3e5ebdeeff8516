/** What a node that is killed and whoever kills it know of each other. */

export const PUBLIC_URL = 'https://gate.example'
export const HOUR_MS = 3_600_000

/** Where a life ends, in the order in which a call comes by. */
export const deaths = [
  /** Asked of the carrier, which took the call and could not say so. */
  'rest',
  /** Written down, not asked: of a second attempt. */
  'intent',
  /** Taken by the carrier, not written down. */
  'placed',
  /** In the middle of the conversation. */
  'talk',
  /** The end of the call was told, not written down. */
  'news-read',
  /** Written down, and nobody knows what follows. */
  'news-stored',
  /** Of the work after it: about to write what came of it, and just written. */
  'finish',
  'finished',
  /** Of its letter: about to be sent, and taken by the receiver. */
  'letter-taken',
  'letter-sent',
] as const
export type Death = (typeof deaths)[number]

/** Told to a node that is to live. */
export interface Life {
  readonly number: number
  readonly step?: Death
  readonly dataDir: string
  readonly hook: string
  readonly carrier: { readonly baseUrl: string; readonly account: string; readonly authToken: string }
  readonly numbers: { readonly from: string; readonly to: string }
}

/** What a node says. */
export interface Said {
  readonly port?: number
  readonly warned?: string
  readonly end?: {
    /** Id and status. */
    readonly calls: readonly string[]
    /** The carrier's id of each attempt's call. */
    readonly legs: readonly (string | null)[]
    readonly summaries: readonly string[]
    /** Status and version. */
    readonly leads: readonly string[]
    readonly dead: number
  }
}
