/**
 * The course of pitch and loudness over a recording of unknown length, in constant memory: so many moments, each of
 * which stands for twice the time whenever they do not suffice.
 */
import type { ProsodyFrame } from '@parley/audio'

export interface Overview {
  add(frame: ProsodyFrame): void
  /** Time each moment stands for, ms. */
  readonly momentMs: number
  readonly moments: number
  /** Mean pitch of what was voiced, Hz; 0 where most of it was not. */
  pitchAt(moment: number): number
  /** The loudest of it, LUFS; −100 for silence or nothing. */
  loudnessAt(moment: number): number
  /** Share of it that was voiced, 0..1. */
  voicedAt(moment: number): number
}

/** Even, so that two can become one. */
const mostMoments = 2_048
/** Of the frames of a moment: fewer voiced ones are a stray. */
const leastVoiced = 0.25

export function createOverview(hopMs: number): Overview {
  const octaves = new Float64Array(mostMoments)
  const voiced = new Uint32Array(mostMoments)
  const frames = new Uint32Array(mostMoments)
  const loudness = new Float32Array(mostMoments).fill(-100)
  let momentMs = Math.max(1, hopMs)
  let moments = 0

  function halve(): void {
    for (let i = 0; i < mostMoments; i++) {
      const from = 2 * i
      const within = from < mostMoments
      octaves[i] = within ? (octaves[from] as number) + (octaves[from + 1] as number) : 0
      voiced[i] = within ? (voiced[from] as number) + (voiced[from + 1] as number) : 0
      frames[i] = within ? (frames[from] as number) + (frames[from + 1] as number) : 0
      loudness[i] = within ? Math.max(loudness[from] as number, loudness[from + 1] as number) : -100
    }
    momentMs *= 2
    moments = Math.ceil(moments / 2)
  }

  return {
    add(frame) {
      while (frame.atMs >= momentMs * mostMoments) halve()
      const i = Math.max(0, Math.floor(frame.atMs / momentMs))
      moments = Math.max(moments, i + 1)
      frames[i] = (frames[i] as number) + 1
      loudness[i] = Math.max(loudness[i] as number, frame.loudness)
      if (frame.pitchHz <= 0) return
      voiced[i] = (voiced[i] as number) + 1
      octaves[i] = (octaves[i] as number) + Math.log2(frame.pitchHz)
    },
    get momentMs() {
      return momentMs
    },
    get moments() {
      return moments
    },
    pitchAt(i) {
      const count = voiced[i] ?? 0
      if (count === 0 || count < leastVoiced * (frames[i] as number)) return 0
      return 2 ** ((octaves[i] as number) / count)
    },
    loudnessAt: i => loudness[i] ?? -100,
    voicedAt: i => (frames[i] ? (voiced[i] as number) / frames[i] : 0),
  }
}
