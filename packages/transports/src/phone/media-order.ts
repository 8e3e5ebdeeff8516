/**
 * Chunks of a carrier that does not keep them in order, put back into it: one that comes early waits for those before it,
 * a bounded time, and is then given without them. What comes in order is never held.
 */
import type { Cancel, Clock } from '@parley/core'
import type { PhoneMedia } from '@parley/protocol'
import { createReorderBuffer, type ReorderCounts, type ReorderLimits } from '../webrtc/reorder-buffer.js'

type Media = PhoneMedia['media']

export interface MediaOrder {
  push(media: Media): void
  /** What waits is not given any more. */
  close(): void
  readonly counts: ReorderCounts
}

/** `onFault` gets what `give` throws when nobody else is there to catch it. */
export function createMediaOrder(
  clock: Clock,
  limits: ReorderLimits,
  give: (media: Media) => void,
  onFault: (thrown: unknown) => void,
): MediaOrder {
  const buffer = createReorderBuffer<Media>(limits, give)
  let stopBeat: Cancel | undefined

  function watch(): void {
    if (buffer.held === 0 || stopBeat !== undefined) return
    stopBeat = clock.after(buffer.waitMs, () => {
      stopBeat = undefined
      try {
        buffer.beat(clock.now())
      } catch (thrown) {
        onFault(thrown)
      }
      watch()
    })
  }

  return {
    counts: buffer.counts,
    push(media) {
      buffer.push(media.chunk, media, clock.now())
      watch()
    },
    close() {
      stopBeat?.()
      stopBeat = undefined
    },
  }
}
