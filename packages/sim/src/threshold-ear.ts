import { frameMs } from '@parley/audio'
import { type Ear, type Evidence, silentCues } from '@parley/core'

/** An ear for tests: any frame with a sample over the threshold is voice, and silence of `hangoverMs` ends speech. */
export function createThresholdEar(threshold = 1_000, hangoverMs = 100): Ear {
  let speaking = false
  let lastVoiceMs = 0
  let voice = 0
  const cues = { ...silentCues }
  return {
    cues,
    get voice() {
      return voice
    },
    hear(frame): Evidence | undefined {
      const loud = frame.samples.some(sample => Math.abs(sample) > threshold)
      const endMs = frame.atMs + frameMs(frame)
      voice = loud ? 1 : 0
      Object.assign(cues, { atMs: frame.atMs, durationMs: frameMs(frame), voice })
      if (loud) {
        const gap = frame.atMs - lastVoiceMs > 500
        lastVoiceMs = endMs
        if (speaking && !gap) return undefined
        speaking = true
        return { kind: 'speech-start', atMs: frame.atMs }
      }
      if (!speaking || endMs - lastVoiceMs < hangoverMs) return undefined
      speaking = false
      return { kind: 'speech-end', atMs: lastVoiceMs }
    },
  }
}
