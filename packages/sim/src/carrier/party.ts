/**
 * Whoever holds a phone: a scripted person, a machine, a live handset. The carrier rings it or is called by it, and
 * exchanges 20 ms of sound each way with it while it is connected. It knows nothing of documents and streams.
 */

/** Samples of PCM16 at 8 kHz in one exchange. */
export const LINE_FRAME = 160
export const LINE_FRAME_MS = 20
export const LINE_RATE = 8_000

/** What a phone can do to its call. All of it is ignored once the call is over. */
export interface PartyLine {
  readonly callSid: string
  readonly from: string
  readonly to: string
  answer(): void
  /** Instead of answering. */
  refuse(how: 'busy' | 'failed' | 'no-answer'): void
  hangUp(): void
  /** `0`–`9`, `*`, `#`, `A`–`D`. */
  press(digit: string): void
}

/** What a carrier detects machines by: the truth, which a real one has to guess. */
export type PartyNature = 'human' | 'machine' | 'fax' | 'unknown'

/** What happened to the sound on its way, for phones that show it. */
export type LineNews =
  | { readonly kind: 'stream'; readonly on: boolean }
  | { readonly kind: 'mark'; readonly name: string }
  /** The gateway threw away what it had sent and was not played. */
  | { readonly kind: 'clear'; readonly bytes: number }
  | { readonly kind: 'digits'; readonly digits: string }

export interface Network {
  /** More delay for each message of a stream, uniform between 0 and this, ms. */
  readonly jitterMs: number
  /** Frames that are lost each way, 0–100. */
  readonly lossPercent: number
}

export interface Party {
  readonly nature: PartyNature
  /** Now, as it may be changed in the middle of a call. */
  readonly network: Network
  /** It is called (`rings`), or has called (`dials`) and waits for an answer. */
  begin(line: PartyLine, how: 'rings' | 'dials'): void
  /** The call is connected, whoever answered. */
  connected(): void
  /** The next 20 ms of its mouth, at the time of the frame; undefined is silence. */
  speak(atMs: number): Int16Array | undefined
  /** 20 ms for its ear; only valid during the call. */
  hear(frame: Int16Array): void
  /** Sound of the gateway that the carrier holds and has not played, ms. Each frame while a stream is on. */
  buffered?(ms: number): void
  told?(news: LineNews): void
  /** Runs once, when the greeting of a machine is over: with or without a beep. Never for people. */
  greetingEnded?(run: (beep: boolean) => void): void
  over(status: string): void
}
