/** Lets go of a client that does not read: what waits for it would be kept for ever. */

import type { ServerResponse } from 'node:http'
import type { Clock } from '@parley/core'

/** Nothing left for the client within this time, and it is gone. */
export const UNREAD_MS = 30_000

/** `onGone`: the connection closed before everything had left, whoever closed it. */
export function watchReading(response: ServerResponse, clock: Clock, onGone: () => void): void {
  let waitingBytes = 0
  let cancel = clock.after(UNREAD_MS, look)

  function look(): void {
    const bytes = response.socket?.writableLength ?? 0
    if (bytes > 0 && bytes === waitingBytes) return void response.destroy()
    waitingBytes = bytes
    cancel = clock.after(UNREAD_MS, look)
  }

  response.once('close', () => {
    cancel()
    if (!response.writableFinished) onGone()
  })
}
