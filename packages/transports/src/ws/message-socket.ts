/** What carries a voice conversation: a WebSocket, or what an edge of another kind makes look like one. */
import type { RawData } from 'ws'

export interface MessageSocket {
  readonly readyState: number
  /** `readyState` of a wire that is gone. */
  readonly CLOSED: number
  /** Bytes that were given to `send` and have not left. */
  readonly bufferedAmount: number
  /** Sound that has not left this machine, ms: only where it does not wait behind the text. */
  readonly soundWaitingMs?: number
  /** Keeps `data` until it has left, and then calls `written`. */
  send(
    data: string | Uint8Array,
    options: { binary?: boolean; compress?: boolean },
    written?: (error?: Error) => void,
  ): void
  /** Says goodbye; `close` follows. */
  close(code: number, reason: string): void
  /** Cuts; `close` follows. */
  terminate(): void
  on(event: 'message', listener: (data: RawData, isBinary: boolean) => void): unknown
  on(event: 'close', listener: (code: number) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
}
