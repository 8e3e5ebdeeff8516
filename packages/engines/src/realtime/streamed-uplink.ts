/**
 * The caller's sound where the vendor ends turns: its ear hears all of it, and silence where nobody sends any. Its times
 * count what it was given; here they become media time.
 */

import type { AudioFrame, Emit } from '@parley/audio'
import type { Clock, FarSession, Turn } from '@parley/core'
import type { CallerSound } from './caller-sound.js'
import type { Stretch, Uplink } from './far-ears.js'

/** How often it is looked whether sound is missing, ms. */
const LOOK_MS = 100
/** Nothing came for so long: the sender is silent, ms. A session's media time waits as long for late frames. */
const SILENT_AFTER_MS = 600
/** Silence the vendor is given in one pause, ms: longer than any of them waits for more of a turn. */
const MOST_SILENCE_MS = 10_000
const BEFORE_MS = 300
/** What the vendor took for no end of a turn may still be one, if so much of it was voice, ms. */
const LEAST_MS = 100

export interface StreamedUplink extends Uplink {
  /** Media time of a moment on the far session's own line, ms. */
  mediaOf(farMs: number): number
  /** The vendor's ear: speech began, or its turn has its place, in media time. */
  speech(kind: 'start' | 'committed', atMs: number): void
}

export interface StreamedUplinkParts {
  readonly sound: CallerSound
  /** Hz. */
  readonly rate: number
  readonly clock: Clock
  readonly rated: (emit: Emit) => { hear(frame: AudioFrame): void; close(): void }
}

export function createStreamedUplink({ sound, rate, clock, rated }: StreamedUplinkParts): StreamedUplink {
  let session: FarSession | undefined
  /** Sound given to the far session, ms, and the media time of its end. */
  let givenMs = 0
  let fedToMs: number | undefined
  let heardAtMs = clock.now()
  let silenceMs = 0
  let speakingFromMs: number | undefined
  let turnFromMs: number | undefined
  const silence = new Int16Array(Math.round((rate * LOOK_MS) / 1000))
  const input = rated(take)
  let cancel = clock.after(LOOK_MS, look)

  function give(samples: Int16Array): void {
    session?.hear(samples)
    givenMs += (samples.length * 1000) / rate
  }

  function giveSilence(ms: number): void {
    let left = Math.round((Math.min(ms, MOST_SILENCE_MS) * rate) / 1000)
    for (; left > silence.length; left -= silence.length) give(silence)
    if (left > 0) give(silence.subarray(0, left))
  }

  function take(frame: AudioFrame): void {
    if (fedToMs !== undefined && frame.atMs > fedToMs + 5) giveSilence(frame.atMs - fedToMs)
    sound.write(frame.samples, frame.atMs)
    give(frame.samples)
    fedToMs = sound.endMs
    heardAtMs = clock.now()
    silenceMs = 0
  }

  function look(): void {
    cancel = clock.after(LOOK_MS, look)
    if (fedToMs === undefined || clock.now() - heardAtMs < SILENT_AFTER_MS) return
    const owedMs = Math.min(clock.now() - heardAtMs, MOST_SILENCE_MS) - silenceMs
    if (owedMs <= 0) return
    silenceMs += owedMs
    fedToMs += owedMs
    giveSilence(owedMs)
  }

  return {
    hear: input.hear,
    boundary({ kind, atMs }) {
      if (kind !== 'speech-start' || turnFromMs !== undefined) return
      turnFromMs = atMs - BEFORE_MS
      sound.keepFrom(turnFromMs)
    },
    mediaOf: farMs => (fedToMs ?? 0) - (givenMs - farMs),
    speech(kind, atMs) {
      speakingFromMs = kind === 'start' ? atMs : undefined
    },
    use(next) {
      session = next
      givenMs = 0
      speakingFromMs = undefined
      if (turnFromMs !== undefined) sound.read(turnFromMs, sound.endMs, give)
    },
    commit(turn: Turn): Stretch | undefined {
      // The session was quicker, or was told: what the vendor has of the turn is all there is.
      const fromMs = speakingFromMs
      if (session === undefined || fromMs === undefined || sound.endMs - fromMs < LEAST_MS) return undefined
      speakingFromMs = undefined
      session.commit()
      return { fromMs: Math.min(fromMs, turn.startMs), toMs: sound.endMs }
    },
    forgetSound() {
      session?.forgetSound()
      turnFromMs = undefined
      sound.keepFrom(undefined)
    },
    answered() {
      turnFromMs = speakingFromMs
      sound.keepFrom(turnFromMs)
    },
    get pending() {
      return speakingFromMs !== undefined
    },
    close() {
      cancel()
      session = undefined
      input.close()
    },
  }
}
