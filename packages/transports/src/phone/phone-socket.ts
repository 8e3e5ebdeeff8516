import type { RawData } from 'ws'

/** What a phone stream needs of its socket; one of `ws` is one, and so is the gateway's end of a simulated line. */
export interface PhoneSocket {
  /** Bytes that were sent and have not left. */
  readonly bufferedAmount: number
  send(text: string): void
  close(code: number, reason: string): void
  terminate(): void
  on(event: 'message', listener: (data: RawData, isBinary: boolean) => void): unknown
  on(event: 'close', listener: (code: number) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
}
