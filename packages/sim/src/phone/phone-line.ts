import { EventEmitter } from 'node:events'

/** The carrier's end of a media stream. */
export interface PhoneLine {
  send(text: string): void
  /** With a code: a proper close. Without: the line breaks. */
  close(code?: number): void
  onMessage(take: (text: string) => void): void
  onClose(take: (code: number, reason: string) => void): void
}

/** The gateway's end of a line in memory, in the shape of a socket of `ws`. */
export interface GatewayEnd {
  readonly bufferedAmount: number
  send(text: string): void
  close(code: number, reason: string): void
  terminate(): void
  on(event: 'message', listener: (data: Buffer, isBinary: boolean) => void): unknown
  on(event: 'close', listener: (code: number) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
}

export interface MemoryLine {
  readonly carrier: PhoneLine
  readonly gateway: GatewayEnd
  /** What the gateway sent, in order. */
  readonly sent: readonly string[]
}

/** A line without a network: what one end sends is at the other at once. The delays are the phone's own. */
export function createMemoryLine(): MemoryLine {
  const gateway = new EventEmitter()
  const carrier = new EventEmitter()
  const sent: string[] = []
  let open = true

  function shut(code: number, reason: string): void {
    if (!open) return
    open = false
    carrier.emit('close', code, reason)
    gateway.emit('close', code)
  }

  return {
    sent,
    carrier: {
      send(text) {
        if (open) gateway.emit('message', Buffer.from(text), false)
      },
      close: (code = 1006) => shut(code, ''),
      onMessage: take => void carrier.on('message', take),
      onClose: take => void carrier.on('close', take),
    },
    gateway: {
      bufferedAmount: 0,
      send(text) {
        if (!open) return
        sent.push(text)
        carrier.emit('message', text)
      },
      close: shut,
      terminate: () => shut(1006, ''),
      on: (event: string, listener: (...given: never[]) => void) =>
        gateway.on(event, listener as (...given: unknown[]) => void),
    },
  }
}
