/** Collects one utterance while it is spoken, in memory that does not grow, and tells how it was said. */

import { type ArousalFound, arousalCues } from './arousal.js'
import { dbOf } from './decibels.js'
import { createFinalSlope } from './final-slope.js'
import { loudnessOf } from './loudness.js'
import type { ArousalEvidence, UtterancePitch, UtteranceProsody } from './utterance-prosody.js'
import type { VoiceLook } from './voice-look.js'
import { createVoiceTally, semitonesAbove100, type VoiceTally } from './voice-tally.js'

export interface UtteranceTally {
  /** Everything that was voiced in it. */
  readonly voice: VoiceTally
  begin(fromMs: number): void
  /** The next look: whether it is a voice that stands out, and whether it is any sound of speech. */
  look(look: VoiceLook, voiced: boolean, sounding: boolean): void
  /** A nucleus of a syllable was found. */
  count(): void
  /** Whether silence has lasted so long that it is a pause, if speech goes on. */
  isPausing(): boolean
  /** Ends it at its last voiced look. Time spoken, pauses left out, and syllables a second of that. */
  end(untilMs: number): void
  spokenMs(): number
  syllableRate(): number
  /** What is told, once it has ended and was judged. `usualPitch` is in semitones above 100 Hz. */
  tell(usualPitch: number, judged: ArousalFound): UtteranceProsody
}

const pauseMs = 150
const leastPitchMs = 100
/** One syllable in 50 ms is no rate of twenty. */
const leastRateMs = 300
const leastFinalSemitones = 1.5
const lowShare = 0.05

export function createUtteranceTally(hopMs: number): UtteranceTally {
  const voice = createVoiceTally(hopMs, Number.POSITIVE_INFINITY)
  const final = createFinalSlope(hopMs)
  const sums = { fromMs: 0.5, untilMs: 0.5, quietMs: 0.5, pauseMs: 0.5, power: 0.5, weighted: 0.5 }
  const counts = { looks: 0, pauses: 0, syllables: 0 }

  const pitch = (usualPitch: number): UtterancePitch | undefined => {
    if (voice.voicedMs() < leastPitchMs) return undefined
    const medianHz = voice.pitchAt(0.5)
    const lowHz = voice.pitchAt(lowShare)
    const highHz = voice.pitchAt(1 - lowShare)
    const finalSlope = final.slope()
    const change = (finalSlope * final.spanMs()) / 1000
    return {
      medianHz,
      lowHz,
      highHz,
      rangeSemitones: 12 * Math.log2(highHz / lowHz),
      semitones: semitonesAbove100(medianHz) - usualPitch,
      final: change > leastFinalSemitones ? 'rise' : change < -leastFinalSemitones ? 'fall' : 'level',
      finalSlope,
    }
  }

  const spokenMs = (): number => Math.max(hopMs, sums.untilMs - sums.fromMs + hopMs - sums.pauseMs)

  const syllableRate = (): number => (counts.syllables * 1000) / Math.max(leastRateMs, spokenMs())

  return {
    voice,
    begin(fromMs) {
      voice.reset()
      final.reset()
      sums.fromMs = fromMs
      sums.untilMs = fromMs
      sums.quietMs = 0
      sums.pauseMs = 0
      sums.power = 0
      sums.weighted = 0
      counts.looks = 0
      counts.pauses = 0
      counts.syllables = 0
    },
    look(look, voiced, sounding) {
      if (voiced) {
        voice.add(look)
        final.add(look.atMs, semitonesAbove100(look.hz))
      }
      if (!sounding) {
        sums.quietMs += hopMs
        return
      }
      if (sums.quietMs >= pauseMs) {
        counts.pauses++
        sums.pauseMs += sums.quietMs
      }
      sums.quietMs = 0
      sums.power += look.power
      sums.weighted += look.weightedPower
      counts.looks++
    },
    count() {
      counts.syllables++
    },
    isPausing: () => sums.quietMs >= pauseMs,
    end(untilMs) {
      sums.untilMs = untilMs
    },
    spokenMs,
    syllableRate,
    tell(usualPitch, judged) {
      const looks = Math.max(1, counts.looks)
      const wholeMs = sums.untilMs - sums.fromMs + hopMs
      return {
        fromMs: sums.fromMs,
        untilMs: sums.untilMs,
        pitch: pitch(usualPitch),
        levelDb: dbOf(sums.power / looks),
        loudness: loudnessOf(sums.weighted / looks),
        syllables: counts.syllables,
        syllableRate: syllableRate(),
        pauses: counts.pauses,
        pauseMs: sums.pauseMs,
        voicedFraction: Math.min(1, voice.voicedMs() / wholeMs),
        arousal: judged.arousal,
        emotion: judged.emotion,
        evidence: evidenceOf(judged),
      }
    },
  }
}

function evidenceOf(judged: ArousalFound): readonly ArousalEvidence[] {
  const evidence = arousalCues.map((cue, i) => ({
    cue,
    difference: judged.differences[i] as number,
    weight: judged.weights[i] as number,
  }))
  return evidence.sort((one, other) => Math.abs(other.weight) - Math.abs(one.weight))
}
