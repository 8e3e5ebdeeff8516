/** Sockets to vendors that note when messages leave and come, and how long their handlers take. */

import { type OpenSocket, openSocket } from '@parley/providers'

export interface SocketWatch {
  readonly open: OpenSocket
  /** When the last message left, and the last came in, ms. */
  sentAtMs: number
  cameAtMs: number
  /** Work on incoming messages: how many, and how long it took, ms. */
  messages: number
  busyMs: number
}

export function watchedSockets(now: () => number): SocketWatch {
  const watch: SocketWatch = { open, sentAtMs: 0, cameAtMs: 0, messages: 0, busyMs: 0 }

  function handled(run: () => void): void {
    const fromMs = now()
    watch.cameAtMs = fromMs
    watch.messages++
    run()
    watch.busyMs += now() - fromMs
  }

  function open(options: Parameters<OpenSocket>[0]): ReturnType<OpenSocket> {
    const { onText, onBinary } = options
    const socket = openSocket({
      ...options,
      onText: text => handled(() => onText.call(options, text)),
      ...(onBinary === undefined ? {} : { onBinary: bytes => handled(() => onBinary.call(options, bytes)) }),
    })
    return {
      get state() {
        return socket.state
      },
      get bufferedBytes() {
        return socket.bufferedBytes
      },
      send(message) {
        watch.sentAtMs = now()
        return socket.send(message)
      },
      close: code => socket.close(code),
    }
  }

  return watch
}
