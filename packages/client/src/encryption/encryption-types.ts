/** What a connection and its encryption want of each other. No code: the code is loaded where it is asked for. */
import type { ClientMessageInput, ServerMessageOf } from '@parley/protocol'

/** One handshake, for one socket. */
export interface Encryption {
  /** Goes first, as it is. */
  readonly message: Extract<ClientMessageInput, { type: 'encrypt' }>
  /** The seal that the gateway's answer leads to. @throws ClientError `gateway-not-trusted`, `unsupported` */
  answered(answer: ServerMessageOf<'encrypted'>, handlers: SealHandlers): Promise<Seal>
}

export interface Seal {
  /** Bytes that wait to be sealed. */
  readonly waitingBytes: number
  sendText(text: string): void
  sendSound(bytes: Uint8Array<ArrayBuffer>): void
  /** Whatever came over the socket: a text is none of ours. */
  receive(message: unknown): void
  /** Resolves once all that was given so far has been handed to the socket. */
  flushed(): Promise<void>
}

export interface SealHandlers {
  send(sealed: Uint8Array<ArrayBuffer>): void
  text(text: string): void
  audio(bytes: ArrayBuffer): void
  /** The first message that did not open was dropped. */
  unopened(): void
  /**
   * It cannot go on: many in a row did not open, the counters are used up, the page cannot follow, or the browser's
   * cryptography failed. May be told again.
   */
  broken(why: 'tampered' | 'spent' | 'behind' | 'failed'): void
}
