/**
 * A stream of `/prosody` and its view. The stream itself is that of `@parley/react`; this listens in on its socket, since
 * a picture needs every frame and not only the newest.
 */
import { browserEnvironment } from '@parley/client'
import { createProsodyStream, type OpenMicrophone, type ProsodyStream } from '@parley/react'
import { createProsodyStore, type ProsodyStore } from './prosody-store.js'
import { readStreamMessage } from './stream-message.js'

export interface StreamSession {
  readonly stream: ProsodyStream
  readonly store: ProsodyStore
  /** Hears this, in the place of what was heard before. */
  hear(source: OpenMicrophone): void
  stop(): void
}

/** `token` is asked for each connection; empty for none. */
export function createStreamSession(token: () => string): StreamSession {
  const store = createProsodyStore()
  let source: OpenMicrophone | undefined
  let begun = false
  const { openSocket } = browserEnvironment()
  const stream = createProsodyStream({
    url: '/prosody',
    token,
    throttleMs: 100,
    openMicrophone: wish =>
      source === undefined ? Promise.reject(new Error('nothing is to be heard')) : source(wish),
    environment: {
      openSocket(url, protocols) {
        const socket = openSocket(url, protocols)
        ;(socket as unknown as WebSocket).addEventListener('message', ({ data }) => take(data))
        return socket
      },
    },
  })
  stream.subscribe(() => {
    // Between two recordings the time of the sound stands still.
    const hears = stream.snapshot().microphone === 'granted'
    if (!hears && begun) store.run(false)
  })

  function take(data: unknown): void {
    for (const { input, atMs } of readStreamMessage(data)) {
      if (input.type === 'begin') begun = false
      if (!begun) {
        store.take({ type: 'begin', agentBy: 'estimate' })
        begun = true
      }
      if (atMs !== undefined) {
        store.run(true)
        store.observe(atMs)
      }
      if (input.type !== 'begin') store.take(input)
    }
  }

  return {
    stream,
    store,
    hear(next) {
      stream.stop()
      source = next
      begun = false
      void stream.start()
    },
    stop: () => stream.stop(),
  }
}
