import type { AudioFrame, VisemeCue } from '@parley/audio'
import type { Clock } from './clock/clock.js'
import type { ParleyError } from './errors.js'
import type { Evidence } from './floor/evidence.js'
import type { BargeIn } from './floor/policy.js'
import type { SessionId, TurnId } from './ids.js'
import type { ContextUse, DecisionUse } from './ledger/ledger.js'
import type { LedgerMark } from './ledger/marks.js'
import type { ToolCall } from './providers/tool.js'
import type { CallOrder } from './session/call-order.js'
import type { Heard, HistoryEntry, Json, Turn } from './turn/history.js'
import type { UsageAccount } from './usage/usage.js'

/** What hears and answers: cascade, speech-to-speech or scripted, one contract. */
export interface Engine {
  /**
   * Whether `hear` gets frames as the far end sent them, at any rate of 8–48 kHz, in the place of frames at the
   * session's own rate: what a far model takes is not resampled twice.
   */
  readonly hearsSource?: true
  connect(call: EngineCall): EngineLink | Promise<EngineLink>
}

/** What a session gives its engine. */
export interface EngineCall {
  readonly session: SessionId
  /** BCP 47 language of the conversation, e.g. `en`, `es`. */
  readonly language: string
  /** Rate of the frames `hear` gets, in Hz, unless the engine hears the source. */
  readonly inputRate: number
  /** Rate of the agent's sound at the far end, Hz; other rates are resampled. */
  readonly outputRate: number
  /** What was said and heard so far, oldest first: for a far memory that has to be filled again. */
  history(): readonly HistoryEntry[]
  readonly clock: Clock
  /** Goes with every request to a provider that belongs to no answer; an answer's has its own (`Turn.account`). */
  readonly account?: UsageAccount
  /** Transcripts and vendor turn signals enter the session here. */
  observe(evidence: Evidence): void
  /** A fault that does not end the session (a recogniser restarting, a slow provider). */
  warn(error: ParleyError): void
}

/** Boundaries of the caller's speech, for recognisers that need them. */
export interface SpeechBoundary {
  readonly kind: 'speech-start' | 'speech-end'
  readonly atMs: number
  /** Whether the agent speaks, too: short words matter more there than sentences. */
  readonly over?: true
}

export interface EngineLink {
  /** Synchronous, bounded, never throws. The frame is only valid during the call. */
  hear(frame: AudioFrame): void
  boundary?(boundary: SpeechBoundary): void
  /** The far end takes back the sound since the last turn was over: it belongs to none. */
  forgetSound?(): void
  /** Answers a turn. Reads `turn.history` and writes nothing: it may be prepared early and thrown away. */
  reply(turn: Turn, signal: AbortSignal): AsyncIterable<ReplyPart>
  /** Speaks this text as it is: fillers and prompts of the session's own. Without it there are none. */
  say?(text: string, signal: AbortSignal, account?: UsageAccount): AsyncIterable<ReplyPart>
  /**
   * For an engine that cannot `say`: speaks this text as it is in a voice of the line's own, which is not taken for the engine's
   * words. For what has to be told, and no fillers or prompts. Throws where it was not said to its end.
   */
  announce?(text: string, signal: AbortSignal, account?: UsageAccount): AsyncIterable<ReplyPart>
  /** The turn is over: what its latest reply does, and cannot be undone, may be done. */
  committed?(turn: TurnId): void
  /** A turn of the caller's is over and is not answered, or not yet: a far memory may take its sound in now. */
  unanswered?(turn: Turn): void
  /** What was said in this turn is no part of the history any more: the sound of one without words, too. */
  forgot?(turn: TurnId): void
  /** What the caller heard of a reply, so that a far memory can be truncated; again when it is corrected. */
  heard?(heard: Heard, account: HeardAccount): void
  /** Answers beside the conversation: a far memory must not keep it. Without it, `reply` is asked. */
  aside?(turn: Turn, signal: AbortSignal): AsyncIterable<ReplyPart>
  close(): Promise<void>
}

export interface HeardAccount {
  /** Where the engine's own sound begins in the reply's, ms: behind a filler. */
  readonly fromMs: number
  /** Whether this is the last word, or the far end may still correct it. */
  readonly final: boolean
}

export type ReplyPart =
  /** Mono PCM16 at any rate 8–48 kHz; must stay valid after it is yielded. */
  | { readonly kind: 'audio'; readonly samples: Int16Array; readonly rate: number }
  /**
   * Text spoken, in order, as it should read when joined. `untilMs` is where it ends in the reply's own audio;
   * without it the text is spread over the audio between its neighbours by length.
   */
  | { readonly kind: 'words'; readonly text: string; readonly untilMs?: number }
  /** Shapes of the mouth in order, with their places in the reply's own audio, ms. Come before or with their audio. */
  | { readonly kind: 'visemes'; readonly cues: readonly VisemeCue[] }
  /** A moment of the latency ledger that only the engine knows. */
  | { readonly kind: 'mark'; readonly mark: LedgerMark }
  /** What was looked up for the reply, and what of it came too late or failed; at most once. */
  | ({ readonly kind: 'context' } & ContextUse)
  /** Who decided what is said, where that was not the engine's own model; at most once. */
  | ({ readonly kind: 'decision' } & DecisionUse)
  /** Said at once, as long as nothing of the answer has sounded; the answer takes its place. */
  | { readonly kind: 'filler'; readonly text: string }
  /** A tool of the far end's (`Wishes.tools`) is to be run; the reply ends, and another goes on with the result. */
  | { readonly kind: 'tool-call'; readonly call: ToolCall }
  /** Kept with the reply in the history if any of it is heard. */
  | { readonly kind: 'state'; readonly state: Json }
  /** Who may take the floor from this reply, from here on; the agent's policy without it. */
  | { readonly kind: 'barge-in'; readonly allow: BargeIn }
  /** What the reply cost so far, beyond its words and sound: tokens as the provider counts them. */
  | { readonly kind: 'usage'; readonly inputTokens: number; readonly outputTokens: number }
  /** Done once the reply has been heard to its end. */
  | { readonly kind: 'action'; readonly action: SessionAction }

export type SessionAction =
  | { readonly name: 'hang-up' }
  | { readonly name: 'note'; readonly data: Json }
  | { readonly name: 'call'; readonly order: CallOrder }
