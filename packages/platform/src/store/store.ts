import type {
  CloseReason,
  DecisionUse,
  DurableEvent,
  Journal,
  Json,
  LatencyLedger,
  LegChange,
  ReplyId,
  SessionEvent,
  SessionId,
  UsageLine,
} from '@parley/core'
import type { SnippetPart } from './search/said-snippet.js'
import type { RunUsage } from './usage-rows.js'

/**
 * The port for lasting data: sessions, what was said and heard, and where the time went.
 * Durable events go through `write` and are announced after it; everything else is a log that may lose its newest
 * end. Every read names its tenant, and another tenant's session looks exactly like a missing one.
 */
export interface Store extends Journal {
  /** Which database answers. */
  readonly kind: 'pglite' | 'postgres'

  /**
   * Makes the session known; its events are refused before. The same id again (a resume) changes nothing.
   * @throws ParleyError `not_found` when the id belongs to another tenant; `store_*` as for `write`.
   */
  beginSession(session: NewSession): Promise<SessionStart>

  /** Notes how a session ended. Of several ends the latest stays. @throws as `write`. */
  endSession(end: SessionEnd): Promise<void>

  /**
   * Resolves once the row would survive a kill -9 of this process. The same event again, or events of a session in
   * another order, come to the same rows.
   * @throws ParleyError `not_found` for an unknown session, `too_large`, `store_full` or `store_unavailable` (both
   *   retryable: nothing is known to be stored, the same call may be made again), `store_failed`.
   */
  write(session: SessionId, event: DurableEvent): Promise<void>

  /**
   * What a process has counted of a session, all of it each time: sums that only grow, so that the same again, late or in
   * another order changes nothing. Goes with the next batch of `write`. @throws as `write`.
   */
  writeUsage(session: SessionId, usage: RunUsage): Promise<void>

  /**
   * Adds to the log of a session and returns at once. When the database cannot keep up or the session is unknown,
   * entries are dropped, counted in `health().droppedEvents` and warned of in the log.
   */
  appendEvents(session: SessionId, entries: readonly LogEntry[]): void

  /** Newest first. @throws ParleyError `bad_message` for a `before` this store did not give out. */
  listSessions(query: SessionQuery): Promise<SessionPage>

  /** What the tenant's newest sessions can be asked for, each in the order of the alphabet; at most 50 of a kind. */
  sessionFacets(tenant: string): Promise<SessionFacets>

  /** The session with its turns in order of time; undefined if there is none or it is another tenant's. */
  readSession(key: SessionKey): Promise<StoredConversation | undefined>

  /** What a session used of its providers; undefined if there is none or it is another tenant's. */
  readUsage(key: SessionKey): Promise<StoredUsage | undefined>

  /** The log of a session from `fromSeq` on; empty if there is none or it is another tenant's. */
  readEvents(query: EventQuery): Promise<readonly LogEntry[]>

  /** Asks the database for a sign of life, for at most `withinMs` (default 2,000). Never rejects. */
  health(withinMs?: number): Promise<StoreHealth>

  /** Brings the schema up to this version of Parley. Several at once are safe. */
  migrate(): Promise<MigrationStatus>

  migrationStatus(): Promise<MigrationStatus>

  /** Resolves when everything accepted before has been stored or refused. */
  flush(): Promise<void>

  /** Flushes, then lets go of the database and the data folder. Twice is fine. */
  close(): Promise<void>
}

export interface SessionKey {
  readonly tenant: string
  readonly id: SessionId
}

export interface NewSession extends SessionKey {
  readonly agent: string
  /** BCP 47. */
  readonly language: string
  /** Which door it came through: `voice-ws`, `socketio`, `twilio`, … */
  readonly edge: string
  /** Epoch ms; fractions are dropped. */
  readonly startedAtMs: number
  /** Who was to hear, think and speak when it began; of a failover's list the first. Absent where nobody said. */
  readonly providers?: SessionProviders
  /** Whether it is counted what it uses. */
  readonly keepsUsage?: true
}

/** By slot of an agent (`stt`, `llm`, `tts`, `realtime`, `live`): names of the registry, and the model where there is one. */
export type SessionProviders = Readonly<
  Record<string, { readonly provider: string; readonly model?: string }>
>

export interface SessionStart {
  /** Whether the session was known before. */
  readonly resumed: boolean
  /** Where the numbering of its log goes on. */
  readonly nextSeq: number
}

export interface SessionEnd {
  readonly id: SessionId
  readonly reason: CloseReason
  /** Epoch ms; fractions are dropped. */
  readonly endedAtMs: number
}

/** One line of a session's log. The same `seq` again is ignored. */
export interface LogEntry {
  /** 0, 1, 2 … in the order of the session; gaps are allowed. */
  readonly seq: number
  readonly event: LoggedEvent
}

/** What the log keeps: the events of a session, and where its sound stands on its clock. */
export type LoggedEvent = SessionEvent | LoggedPlace

/** `atMs` is ms since the session began. */
export type LoggedPlace = {
  readonly atMs: number
} /** What the clock of the world showed then, epoch ms; told when a process begins with the session. */ & (
  | { readonly kind: 'clock-read'; readonly epochMs: number }
  /** The caller's sample at `mediaMs` came then, jitter taken out; holds until the next. */
  | { readonly kind: 'caller-placed'; readonly mediaMs: number }
  /** An unbroken stretch of a reply's sound reaches the ear from then on, by estimate. */
  | {
      readonly kind: 'reply-placed'
      readonly reply: ReplyId
      /** Where it begins in the reply's sound, ms. */
      readonly fromMs: number
      readonly durationMs: number
      /** When its first frame left the gateway. */
      readonly leftMs: number
      /** From there to the ear and back, ms; absent before it was measured. */
      readonly roundTripMs?: number
    }
  /** What had been placed of the reply's sound beyond `heardMs` was thrown away. */
  | { readonly kind: 'reply-cleared'; readonly reply: ReplyId; readonly heardMs: number }
  | { readonly kind: 'leg-changed'; readonly change: LegChange }
)

/** What sessions are asked for; each given thing narrows it. */
export interface SessionFilter {
  /**
   * Words that were said, by either side, in any place of the conversation; accents and case do not count. In quotation
   * marks several in a row. The last word may be only the beginning of one. At most 8 words or phrases.
   */
  readonly search?: string
  readonly agent?: string
  readonly edge?: string
  /** BCP 47; `es` also stands for `es-MX`. */
  readonly language?: string
  /** Began at or after, epoch ms. */
  readonly fromMs?: number
  /** Began before, epoch ms. */
  readonly untilMs?: number
  /** How it ended; `open`: it has no end, since it lasts or its process died. */
  readonly ended?: CloseReason | 'open'
  /** Whether a reply was interrupted. */
  readonly interrupted?: true
  /** An answer took so long or longer, ms. */
  readonly slowMs?: number
  readonly minTurns?: number
  /** Whether there is a recording. */
  readonly recorded?: true
}

export interface SessionQuery extends SessionFilter {
  readonly tenant: string
  /** 1–200, default 50. */
  readonly limit?: number
  /** `next` of the page before. */
  readonly before?: string
}

export interface SessionPage {
  readonly sessions: readonly ListedSession[]
  /** Absent on the last page. */
  readonly next?: string
}

export interface EventQuery extends SessionKey {
  /** Default 0. */
  readonly fromSeq?: number
  /** 1–1,000, default 500. */
  readonly limit?: number
}

export interface StoredSession extends SessionKey {
  readonly agent: string
  readonly language: string
  readonly edge: string
  /** Epoch ms. */
  readonly startedAtMs: number
  /** Epoch ms; absent while it lasts, or if the process died in it. */
  readonly endedAtMs?: number
  readonly endReason?: CloseReason
  readonly turnCount: number
}

export interface ListedSession extends StoredSession {
  /** Replies that were interrupted. */
  readonly interruptions: number
  /** The longest that an answer took, ms; absent where there was none. */
  readonly slowestMs?: number
  readonly recorded: boolean
  /** Where the words that were looked for are; of several places the one with most of them. */
  readonly match?: SaidMatch
}

export interface SaidMatch {
  readonly side: 'user' | 'agent'
  readonly turn: string
  /** Of the agent's. */
  readonly reply?: string
  /** Ms since the session began. */
  readonly atMs: number
  /** About 180 characters around the words; together they are what was said there. */
  readonly parts: readonly SnippetPart[]
}

export interface SessionFacets {
  readonly agents: readonly string[]
  readonly edges: readonly string[]
  readonly languages: readonly string[]
}

export interface StoredConversation extends StoredSession {
  readonly turns: readonly StoredTurn[]
  /** Whether there are more turns than the 5,000 given. */
  readonly truncated: boolean
}

export interface StoredUsage {
  /** Whether it was counted from its beginning on. */
  readonly kept: boolean
  /** Of all processes that held it, by slot, provider and model. */
  readonly lines: readonly UsageLine[]
}

export interface StoredTurn {
  readonly id: string
  /** What the caller said; absent when the agent spoke first. Times are ms since the session began. */
  readonly user?: {
    readonly text: string
    readonly origin: 'speech' | 'text'
    readonly startMs: number
    readonly endMs: number
    readonly atMs: number
  }
  readonly replies: readonly StoredReply[]
}

export interface StoredReply {
  readonly id: string
  /** Absent when the process died before the reply ended. */
  readonly ended?: {
    /** The whole text, heard or not. */
    readonly said: string
    readonly heardText: string
    readonly heardMs: number
    readonly heardComplete: boolean
    readonly heardSource: 'reported' | 'estimated'
    readonly heardErrorMs: number
    readonly interrupted: boolean
    readonly state?: Json
    /** Who decided what was said, where that was not the engine's own model. */
    readonly decision?: DecisionUse
    readonly atMs: number
  }
  readonly ledger?: LatencyLedger
}

export interface StoreHealth {
  readonly ok: boolean
  readonly kind: 'pglite' | 'postgres'
  /** How long the answer took, in ms. */
  readonly tookMs: number
  /** Durable rows accepted and not yet stored. */
  readonly waiting: number
  /** Log entries dropped since the start. */
  readonly droppedEvents: number
  /** One sentence, when not ok. */
  readonly problem?: string
}

export interface MigrationStatus {
  /** Version of the schema in the database; 0 when there is none. */
  readonly current: number
  /** Version this Parley works with. */
  readonly target: number
  /** Names of the migrations still to apply. */
  readonly pending: readonly string[]
}

/** The part of a logger the store uses; pino fits. */
export interface StoreLog {
  info(facts: Readonly<Record<string, unknown>>, message: string): void
  warn(facts: Readonly<Record<string, unknown>>, message: string): void
  error(facts: Readonly<Record<string, unknown>>, message: string): void
}
