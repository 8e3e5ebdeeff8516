/**
 * How the simulated model hears: utterances by energy alone, with their place in the sound that was given. The real one
 * listens by meaning; this is enough to talk with, to be talked over, and to be hummed at.
 */

export interface LiveEar {
  hear(samples: Int16Array): void
  /** Whether the caller speaks. */
  readonly speaking: boolean
}

export interface Utterance {
  readonly samples: Int16Array
  /** ms of sound given before it. */
  readonly startMs: number
  /** Voice in it, ms. */
  readonly voicedMs: number
}

export interface LiveEarOptions {
  readonly rate: number
  /** Voice goes on; `voicedMs` is how much of it there is so far. */
  onVoice(voicedMs: number): void
  onUtterance(utterance: Utterance): void
}

const FRAME_MS = 20
/** Of 32,768. */
const LEVEL = 600
const ONSET_MS = 60
/** Silence that ends an utterance, ms. */
const END_MS = 500
/** Kept from before the onset, ms. */
const BEFORE_MS = 100

export function liveEar({ rate, onVoice, onUtterance }: LiveEarOptions): LiveEar {
  const size = (rate * FRAME_MS) / 1000
  let rest = new Int16Array(0)
  let kept: Int16Array[] = []
  let atMs = 0
  let runMs = 0
  let voicedMs = 0
  let silentMs = 0
  let speaking = false

  function frame(samples: Int16Array): void {
    const isVoice = levelOf(samples) > LEVEL
    atMs += FRAME_MS
    kept.push(samples)
    runMs = isVoice ? runMs + FRAME_MS : 0
    silentMs = isVoice ? 0 : silentMs + FRAME_MS
    if (!speaking) {
      if (runMs < ONSET_MS) return void keepLast(BEFORE_MS + ONSET_MS)
      speaking = true
      voicedMs = runMs
    } else if (isVoice) voicedMs += FRAME_MS
    if (isVoice) onVoice(voicedMs)
    if (silentMs < END_MS) return
    speaking = false
    const samplesOf = joined(kept)
    kept = []
    onUtterance({ samples: samplesOf, startMs: atMs - (samplesOf.length * 1000) / rate, voicedMs })
  }

  function keepLast(ms: number): void {
    while (kept.length > ms / FRAME_MS) kept.shift()
  }

  return {
    get speaking() {
      return speaking
    },
    hear(samples) {
      const all = joined([rest, samples])
      let from = 0
      for (; from + size <= all.length; from += size) frame(all.slice(from, from + size))
      rest = all.slice(from)
    },
  }
}

function levelOf(samples: Int16Array): number {
  let sum = 0
  for (const sample of samples) sum += Math.abs(sample)
  return sum / samples.length
}

function joined(pieces: readonly Int16Array[]): Int16Array<ArrayBuffer> {
  const all = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
