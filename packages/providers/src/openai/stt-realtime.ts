/**
 * Recognition by a Realtime transcription session. Each utterance is appended while it is spoken and committed when the
 * gateway's own voice detector says it ended; the vendor's deltas are partials, its completed text is the final.
 */

import type { SpeechToText } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import type { RealtimeSttOptions } from './audio-options.js'
import { openRealtimeLink, type RealtimeLink } from './realtime-link.js'
import { openRealtimeStream } from './stt-realtime-stream.js'

export const RATE = 24_000
/** A spare connection that old is not used any more, ms: the vendor ends sessions at 60 minutes. */
const STALE_MS = 1_800_000

export function createRealtimeStt(options: RealtimeSttOptions, context: VendorContext): SpeechToText {
  const streams = new Set<{ close(): void }>()
  let spare: RealtimeLink | undefined

  function link(): RealtimeLink {
    return openRealtimeLink(context, { ...options, query: 'intent=transcription' })
  }

  function takeLink(): RealtimeLink {
    const taken = spare
    spare = undefined
    if (taken === undefined || taken.state === 'closed') return link()
    if (context.clock.now() - taken.sinceMs < STALE_MS) return taken
    taken.close()
    return link()
  }

  return {
    name: 'openai-realtime',
    sampleRate: RATE,
    open(asked) {
      const stream = openRealtimeStream({
        options,
        newId: context.newId,
        clock: context.clock,
        link: takeLink(),
        asked,
        onClose: () => streams.delete(stream),
      })
      streams.add(stream)
      return stream
    },
    async warm() {
      if (spare === undefined || spare.state === 'closed') spare = link()
    },
    async close() {
      spare?.close()
      spare = undefined
      for (const stream of streams) stream.close()
    },
  }
}
