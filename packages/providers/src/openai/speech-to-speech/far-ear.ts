/** The caller's sound on its way to the vendor, batch by batch, and where in it a time of the vendor's is. */

import type { FarOutbox } from './far-outbox.js'
import { soundBatch } from './far-sound.js'

export interface FarEar {
  hear(samples: Int16Array): void
  /** Sends what is less than a batch. */
  flush(): void
  /** Drops what is less than a batch. */
  drop(): void
  /** Sound sent since we last emptied the buffer, ms. */
  heldMs: number
  /** The place, in the sound given to `hear`, of a place in the sound sent, ms. */
  placeOf(sentMs: number): number
}

export interface FarEarOptions {
  readonly rate: number
  readonly appendMs: number
  readonly outbox: FarOutbox
}

/** A place from which on the vendor's count is behind ours, since sound was dropped. */
interface Gap {
  readonly fromMs: number
  behindMs: number
}

/** Those of long ago are forgotten: the vendor's ear names times of the last turn. */
const MOST_GAPS = 64
const head = '{"type":"input_audio_buffer.append","audio":"'

export function farEar({ rate, appendMs, outbox }: FarEarOptions): FarEar {
  const batch = soundBatch(rate, Math.round((rate * appendMs) / 1000))
  const gaps: Gap[] = []
  let sentMs = 0
  let droppedMs = 0

  function lose(ms: number): void {
    droppedMs += ms
    const last = gaps.at(-1)
    if (last?.fromMs === sentMs) last.behindMs = droppedMs
    else gaps.push({ fromMs: sentMs, behindMs: droppedMs })
    if (gaps.length > MOST_GAPS) gaps.shift()
  }

  const ear: FarEar = {
    heldMs: 0,
    hear(samples) {
      for (let from = 0; from < samples.length; ) {
        from += batch.add(samples, from)
        if (batch.isFull) ear.flush()
      }
    },
    flush() {
      const ms = (batch.size * 1000) / rate
      if (ms === 0) return
      if (!outbox.sendSound(`${head}${batch.take()}"}`, ms)) return lose(ms)
      sentMs += ms
      ear.heldMs += ms
    },
    drop() {
      const ms = (batch.size * 1000) / rate
      if (ms > 0) lose(ms)
      batch.drop()
    },
    placeOf(asked) {
      const gap = gaps.findLast(({ fromMs }) => fromMs <= asked)
      return Math.min(asked, sentMs) + (gap?.behindMs ?? 0)
    },
  }
  return ear
}
