/**
 * The sound of one message as `response.output_audio.delta`: in the response's own format, in pieces that are worth an
 * event. The first piece leaves at once; what is left leaves when no more came for a beat.
 */
import type { Resampler } from '@parley/audio'
import type { Cancel } from '@parley/core'
import { type RealtimeFormat, realtimeRateOf } from '@parley/protocol'
import type { PeerState } from './peer-state.js'
import { encodeSound } from './sound-codec.js'

export interface SoundDeltas {
  /** Copied. Any rate; one stretch of sound has one rate. */
  write(samples: Int16Array, rate: number): void
  /** Sends what is held, the tail of the filter with it. */
  end(): void
  /** Forgets what is held. */
  drop(): void
}

/** The least that waits for company, ms. */
const FLUSH_MS = 20

export function createSoundDeltas(
  peer: PeerState,
  {
    format,
    ids,
    itemId,
  }: { readonly format: RealtimeFormat; readonly ids: object; readonly itemId?: string },
): SoundDeltas {
  const rate = realtimeRateOf(format)
  const head = `{"type":"response.output_audio.delta",${JSON.stringify(ids).slice(1, -1)},"delta":"`
  const piece = new Int16Array(Math.round((rate * peer.limits.deltaMs) / 1000))
  let held = 0
  let isFirst = true
  let resampler: Resampler | undefined
  let stopFlush: Cancel | undefined

  function send(): void {
    stopFlush?.()
    stopFlush = undefined
    if (held === 0) return
    const samples = piece.slice(0, held)
    held = 0
    isFirst = false
    peer.hasSpoken = true
    if (itemId !== undefined) peer.sound.add(itemId, samples, rate)
    peer.emitText(head + encodeSound(samples, format), '"}')
  }

  function put(samples: Int16Array): void {
    for (let at = 0; at < samples.length; ) {
      const some = samples.subarray(at, at + piece.length - held)
      piece.set(some, held)
      held += some.length
      at += some.length
      if (held === piece.length) send()
    }
  }

  function free(): void {
    resampler?.close()
    resampler = undefined
  }

  return {
    write(samples, from) {
      if (from === rate) put(samples)
      else {
        if (resampler?.fromRate !== from) {
          free()
          resampler = peer.resampling.create({ fromRate: from, toRate: rate })
        }
        put(resampler.process(samples))
      }
      if (isFirst) send()
      else if (held > 0) stopFlush ??= peer.clock.after(FLUSH_MS, send)
    },
    end() {
      if (resampler !== undefined) put(resampler.flush())
      free()
      send()
    },
    drop() {
      held = 0
      stopFlush?.()
      free()
    },
  }
}
