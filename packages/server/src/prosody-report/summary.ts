/** What is said of one side as a whole. Constant memory: pitch is counted in tenths of a semitone. */
import type { ProsodyFrame, UtteranceProsody } from '@parley/audio'

export interface SideSummary {
  readonly utterances: number
  /** Time from the beginning to the end of its utterances, ms. */
  readonly spokenMs: number
  /** Undefined where nothing was voiced. */
  readonly pitch:
    | {
        readonly medianHz: number
        /** Between these lie nine tenths of it, Hz. */
        readonly lowHz: number
        readonly highHz: number
        readonly rangeSemitones: number
      }
    | undefined
  /** Mean over its utterances, weighed by their length: dBFS, LUFS, syllables a second. */
  readonly levelDb: number
  readonly loudness: number
  readonly syllableRate: number
  readonly pauses: number
  /** The loudest frame, dBFS. */
  readonly peakDb: number
  readonly frames: number
  readonly clippedFrames: number
}

export interface SummaryCount {
  frame(frame: ProsodyFrame): void
  utterance(utterance: UtteranceProsody): void
  summary(): SideSummary
}

const binsPerOctave = 120
const lowestHz = 50
const octaves = 4

export function createSummaryCount(): SummaryCount {
  const pitches = new Uint32Array(binsPerOctave * octaves)
  const sums = { utterances: 0, spokenMs: 0, levelDb: 0, loudness: 0, rate: 0, pauses: 0 }
  const counts = { frames: 0, clipped: 0, voiced: 0, peakDb: -100 }

  function pitchOf(share: number): number {
    let left = share * counts.voiced
    const bin = pitches.findIndex(count => {
      left -= count
      return left <= 0
    })
    return lowestHz * 2 ** ((bin + 0.5) / binsPerOctave)
  }

  function pitch(): SideSummary['pitch'] {
    if (counts.voiced === 0) return undefined
    const lowHz = pitchOf(0.05)
    const highHz = pitchOf(0.95)
    return { medianHz: pitchOf(0.5), lowHz, highHz, rangeSemitones: 12 * Math.log2(highHz / lowHz) }
  }

  return {
    frame({ pitchHz, levelDb, clipped }) {
      counts.frames++
      if (clipped) counts.clipped++
      if (levelDb > counts.peakDb) counts.peakDb = levelDb
      if (pitchHz <= 0) return
      counts.voiced++
      const bin = Math.floor(binsPerOctave * Math.log2(pitchHz / lowestHz))
      const at = Math.min(pitches.length - 1, Math.max(0, bin))
      pitches[at] = (pitches[at] as number) + 1
    },
    utterance(utterance) {
      const lengthMs = utterance.untilMs - utterance.fromMs
      sums.utterances++
      sums.spokenMs += lengthMs
      sums.levelDb += lengthMs * utterance.levelDb
      sums.loudness += lengthMs * utterance.loudness
      sums.rate += lengthMs * utterance.syllableRate
      sums.pauses += utterance.pauses
    },
    summary() {
      const { utterances, spokenMs, pauses } = sums
      const mean = (sum: number, none: number) => (spokenMs > 0 ? sum / spokenMs : none)
      return {
        utterances,
        spokenMs,
        pitch: pitch(),
        levelDb: mean(sums.levelDb, -100),
        loudness: mean(sums.loudness, -100),
        syllableRate: mean(sums.rate, 0),
        pauses,
        peakDb: counts.peakDb,
        frames: counts.frames,
        clippedFrames: counts.clipped,
      }
    },
  }
}
