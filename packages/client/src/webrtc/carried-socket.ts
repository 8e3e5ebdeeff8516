/** One socket to whoever speaks the protocol, whichever of several it is inside, and before it is known which. */
import type { SocketLike } from '../environment.js'

const CONNECTING = 0
const OPEN = 1
const CLOSED = 3
/** Any code that does not end the session. */
const LEFT_CODE = 4_000

export interface Loss {
  readonly code: number
  readonly reason: string
}

export interface Carrying {
  opened(): void
  /** Whether another socket takes the place of this one that closed. */
  diverts?(loss: Loss): boolean
}

export interface CarriedSocket {
  readonly socket: SocketLike
  /** Called when the page leaves. */
  onLeave: () => void
  /** From now on the socket is `next`, whose end is the socket's unless it diverts. */
  carry(next: SocketLike, carrying: Carrying): void
  lose(code: number, reason: string): void
}

export function createCarriedSocket(): CarriedSocket {
  let inner: SocketLike | undefined
  const outer = {
    onLeave: () => {},
    carry,
    lose,
    socket: {
      binaryType: 'arraybuffer',
      readyState: CONNECTING,
      get bufferedAmount() {
        return inner?.bufferedAmount ?? 0
      },
      onopen: null,
      onmessage: null,
      onerror: null,
      onclose: null,
      send: message => inner?.send(message),
      close(code, reason) {
        if (outer.socket.readyState === CLOSED) return
        outer.socket.readyState = CLOSED
        outer.onLeave()
        if (inner !== undefined) inner.onopen = inner.onmessage = inner.onclose = null
        inner?.close(code, reason)
      },
    } as SocketLike & { readyState: number },
  }

  function lose(code: number, reason: string): void {
    if (outer.socket.readyState === CLOSED) return
    outer.socket.readyState = CLOSED
    outer.socket.onclose?.({ code, reason })
  }

  function carry(next: SocketLike, { opened, diverts }: Carrying): void {
    if (outer.socket.readyState === CLOSED) return next.close(LEFT_CODE, 'left')
    inner = next
    next.binaryType = 'arraybuffer'
    next.onopen = () => {
      outer.socket.readyState = OPEN
      opened()
      outer.socket.onopen?.()
    }
    next.onmessage = event => outer.socket.onmessage?.(event)
    next.onclose = loss => {
      if (diverts?.(loss) !== true) lose(loss.code, loss.reason)
    }
  }

  return outer
}
