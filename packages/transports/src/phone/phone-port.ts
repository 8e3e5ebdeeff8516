/**
 * What a phone stream needs of the process behind it: somebody who knows the token, and somebody who opens sessions and
 * steers calls. The edge knows neither calls nor carriers' REST; a ticket is handed through as it is.
 */
import type { PhoneStartFacts } from '@parley/protocol'
import type { OpenedSession, VoiceOpenRequest, VoicePrincipal } from '../ws/voice-host.js'

/** What a one-use token stands for. */
export interface PhoneTicket {
  readonly call: string
  readonly attempt: string
  readonly agent?: string
  /** BCP 47. */
  readonly language?: string
  /** The session that this stream goes on with; it may take the place of a stream that still stands. */
  readonly resumes?: string
  /** The carrier's id of the call: a stream of another one is refused. */
  readonly callSid?: string
}

export interface PhoneIdentity {
  readonly principal: VoicePrincipal
  readonly ticket?: PhoneTicket
}

/**
 * Who brought this token, undefined for none. Throws `ParleyError` for whoever may not talk: the stream is closed with
 * 1008 and the code in its reason.
 */
export type IdentifyPhone = (token: string | undefined, start: PhoneStartFacts) => Promise<PhoneIdentity>

/** A stream as whoever steers its call has it. No call throws. */
export interface PhoneLeg {
  readonly facts: PhoneStartFacts
  /** Whether the stream stands. */
  readonly open: boolean
  /**
   * Round trip between the gateway and the carrier's buffer as marks show it, smoothed, ms, 0 to 2000; undefined before the
   * first is back, which the first sound of a call brings with it. It moves with the line, up to a frame of 20 ms is the
   * buffer's own, and it stays as it was last once the stream is over. What lies behind the buffer, the carrier's network
   * to the handset, cannot be seen and is not in it.
   */
  readonly rttMs: number | undefined
  /**
   * Sends keys into the call, behind what the agent says: `0`–`9`, `*`, `#`, `A`–`D`, and `w` for half a second. False for
   * anything else, for more than 64 that wait, and once the stream is over.
   */
  sendDigits(digits: string): boolean
  /** Ends the stream as if the caller had hung up. */
  close(): void
  /**
   * The call goes on without this stream: its session is told nothing any more, however the stream ends. With a code it
   * ends now, and the carrier takes its next step; without, sound goes on until the carrier ends it (a redirect by REST).
   * Returns what takes that back as long as the stream stands; false where it does not.
   */
  release(code?: 1000 | 1012): () => boolean
}

/** The stream of a session that is asked for. */
export interface PhoneOpening extends PhoneStartFacts {
  readonly ticket?: PhoneTicket
  readonly leg: PhoneLeg
}

/** `hello` names agent and language of the ticket, or else of the stream's parameters. */
export interface PhoneOpenRequest extends VoiceOpenRequest {
  readonly phone: PhoneOpening
}

export interface PhoneOpened extends OpenedSession {
  /**
   * The call can come back on another stream: one that ends without a `stop` is `lost`, and the session waits for the next.
   * Default: every end of a stream is a hang-up.
   */
  readonly resumable?: boolean
}

export interface PhoneHost {
  /**
   * Opens a session on the leg, or puts the leg into the one that the ticket resumes: `transport.open` has been called when
   * it resolves. Throws `ParleyError` and then keeps nothing.
   */
  open(request: PhoneOpenRequest): Promise<PhoneOpened>
}
