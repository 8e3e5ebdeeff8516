/** Past conversations as the gateway's API tells them, and how to ask for them. */
import type { ConversationEntry, TurnLedger } from '@parley/client'

export interface SessionSummary {
  readonly id: string
  readonly agent: string
  readonly language: string
  /** The door it came through. */
  readonly edge: string
  /** Milliseconds since 1970; the end is absent while it runs, or where the gateway was killed. */
  readonly startedAtMs: number
  readonly endedAtMs?: number
  readonly endReason?: string
  readonly turnCount: number
  /** In lists, from here on. */
  readonly interruptions?: number
  readonly slowestMs?: number
  readonly recorded?: boolean
  /** Where the words are that were looked for. */
  readonly match?: SaidMatch
}

export interface SaidMatch {
  readonly side: 'user' | 'agent'
  /** Ms since the session began. */
  readonly atMs: number
  readonly parts: readonly { readonly text: string; readonly hit?: true }[]
}

/** What the newest conversations can be asked for. */
export interface SessionFacets {
  readonly agents: readonly string[]
  readonly edges: readonly string[]
  readonly languages: readonly string[]
}

export interface SessionPage {
  readonly sessions: readonly SessionSummary[]
  /** `before` of the next, older page. */
  readonly next?: string
}

export interface StoredSession extends SessionSummary {
  readonly turns: readonly StoredTurn[]
  /** Some of it was too long to be given whole. */
  readonly truncated: boolean
}

interface StoredTurn {
  readonly id: string
  readonly user?: { readonly text: string; readonly origin: 'speech' | 'text' }
  readonly replies: readonly {
    readonly id: string
    readonly ended?: {
      readonly said: string
      readonly heardText: string
      readonly heardComplete: boolean
      readonly interrupted: boolean
    }
    readonly ledger?: TurnLedger['ledger']
  }[]
}

export type Loaded<Value> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'here'; readonly value: Value }
  | { readonly kind: 'unauthenticated' | 'missing' | 'forbidden' | 'unreachable' }

/** Asks the gateway that served this page. Rejects only when `signal` aborts. */
export async function askGateway<Value>(
  path: string,
  { token, signal }: { readonly token: string; readonly signal: AbortSignal },
): Promise<Loaded<Value>> {
  const headers: Record<string, string> = token === '' ? {} : { authorization: `Bearer ${token}` }
  try {
    const response = await fetch(path, { headers, signal, cache: 'no-store' })
    if (response.ok) return { kind: 'here', value: (await response.json()) as Value }
    if (response.status === 401) return { kind: 'unauthenticated' }
    if (response.status === 403) return { kind: 'forbidden' }
    return { kind: response.status === 404 ? 'missing' : 'unreachable' }
  } catch (thrown) {
    if (signal.aborted) throw thrown
    return { kind: 'unreachable' }
  }
}

/** What was said, as the live page shows it. A reply that did not reach its end was cut, whoever cut it. */
export function entriesOf({ turns }: StoredSession): ConversationEntry[] {
  return turns.flatMap(({ id, user, replies }) => [
    ...(user ? [{ kind: 'user', turn: id, text: user.text, final: true, origin: user.origin } as const] : []),
    ...replies.flatMap(({ id: reply, ended }) =>
      ended === undefined
        ? []
        : [
            {
              kind: 'agent',
              turn: id,
              reply,
              words: [],
              playedMs: 0,
              overlaps: [],
              outcome: {
                said: ended.said,
                heard: ended.heardText,
                interrupted: ended.interrupted || !ended.heardComplete,
              },
            } as const,
          ],
    ),
  ])
}

/** Where the time of each of its answers went. */
export function ledgersOf({ turns }: StoredSession): TurnLedger[] {
  return turns.flatMap(({ id, replies }) =>
    replies.flatMap(({ id: reply, ledger }) => (ledger ? [{ turn: id, reply, ledger }] : [])),
  )
}
