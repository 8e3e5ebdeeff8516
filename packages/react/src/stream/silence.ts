import type { ProsodySnapshot, ProsodyValues } from './stream-types.js'

/** Nobody speaks. */
export const silentValues: ProsodyValues = Object.freeze({
  atMs: 0,
  pitchHz: 0,
  voicing: 0,
  semitones: 0,
  energy: 0,
  rms: 0,
  levelDb: -100,
  loudness: -100,
  voicedFraction: 0,
  tilt: 0,
  centroidHz: 0,
  harmonicity: -20,
  syllableRate: 0,
  speaking: false,
  arousal: 0.5,
  emotion: 'neutral',
  clipped: false,
})

/** A stream nobody asked for yet; also what a server renders. */
export const idleSnapshot: ProsodySnapshot = Object.freeze({
  ...silentValues,
  utterance: undefined,
  state: 'idle',
  connected: false,
  microphone: 'unknown',
  error: undefined,
})
