/**
 * The melody of both sides of a recording: the analyser of live prosody runs over its sound in slices, and others have
 * their turn between two. Bounded: of a longer recording the points stand further apart.
 */

import type { ProsodyAnalyser, ProsodyAnalyserOptions, ProsodyFrame } from '@parley/audio'
import type { RecordedSound } from './playback-recordings.js'

export interface PitchTrack {
  /** From one point to the next, ms; the first stands at half of it. */
  readonly stepMs: number
  /** Hz of each point, rounded; 0 where nothing is voiced. */
  readonly callerHz: readonly number[]
  readonly agentHz: readonly number[]
}

export interface PitchWork {
  readonly sound: RecordedSound
  readonly createAnalyser: (options: ProsodyAnalyserOptions) => ProsodyAnalyser
  /** Lets everything else that is ready run. */
  rest(): Promise<void>
  /** How far it is, 0..1. */
  progress(share: number): void
  readonly signal: AbortSignal
}

const MOST_POINTS = 60_000
const LEAST_STEP_MS = 32
/** Heard between two rests: some 3 ms of work. */
const SLICE_MS = 200

/** @throws what `signal` was aborted with; as the sound's `read`. */
export async function trackPitch(work: PitchWork): Promise<PitchTrack> {
  const { sound, createAnalyser, rest, progress, signal } = work
  const { rate, pairs } = sound
  const durationMs = (pairs * 1000) / rate
  const stepMs = Math.max(LEAST_STEP_MS, durationMs / MOST_POINTS)
  const count = Math.ceil(durationMs / stepMs)
  const sides = [0, 1].map(channel => {
    const points = new Float32Array(count)
    const sink = {
      frame({ atMs, pitchHz }: ProsodyFrame) {
        const at = Math.floor(atMs / stepMs)
        // Of several frames at one point the last voiced one counts.
        if (pitchHz > 0 && at < count) points[at] = pitchHz
      },
    }
    return { channel, points, sink, analyser: createAnalyser({ rate }) }
  })
  const sliceSamples = Math.round((rate * SLICE_MS) / 1000)
  const samples = new Int16Array(sliceSamples)
  for (let at = 0; at < pairs; at += sliceSamples) {
    signal.throwIfAborted()
    const size = Math.min(sliceSamples, pairs - at)
    const both = await sound.read(at, size)
    for (const { channel, analyser, sink } of sides) {
      for (let i = 0; i < size; i++) samples[i] = both[2 * i + channel] ?? 0
      analyser.hear(samples.subarray(0, size), sink)
    }
    progress((at + size) / pairs)
    await rest()
  }
  for (const { analyser, sink } of sides) analyser.end(sink)
  const [callerHz = [], agentHz = []] = sides.map(({ points }) => Array.from(points, hz => Math.round(hz)))
  return { stepMs, callerHz, agentHz }
}
