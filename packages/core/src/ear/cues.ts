/**
 * What the ear makes of one frame of the caller's sound, for whoever judges it. Levels are dBFS (RMS), times media ms.
 * One object is filled again for every frame; whoever keeps it copies it.
 */
export interface Cues {
  /** Media time of the frame's first sample. */
  readonly atMs: number
  readonly durationMs: number
  /** Probability of voice in the last detector window, 0..1. */
  readonly voice: number
  readonly levelDb: number
  /** Slowly tracked level of what is not speech. */
  readonly noiseDb: number
  /** Fundamental frequency in Hz; 0 where there is none. */
  readonly pitchHz: number
  /** How periodic the frame is, 0..1. */
  readonly voicing: number
  /** Share of the power below 500 Hz, 0..1: high for a hummed "mm-hm", lower for words. */
  readonly hum: number
  /** How far the frame is explained by the agent's own sound coming back, 0..1. */
  readonly echo: number
}

/** Cues of silence, for ears that know nothing more than voice or not. */
export const silentCues: Cues = {
  atMs: 0,
  durationMs: 0,
  voice: 0,
  levelDb: -100,
  noiseDb: -100,
  pitchHz: 0,
  voicing: 0,
  hum: 0,
  echo: 0,
}
