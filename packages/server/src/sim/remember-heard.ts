/**
 * Vendors ask anew for every interim what is in a sound that has grown a little; a recogniser of closed grammars takes
 * a third of a second for it and knows nothing before the end. While somebody still speaks, what was heard before is
 * told again; a sound that only got more silence behind it is not recognised twice.
 */

import type { SimHeard } from '@parley/sim'

/** Below this peak there is silence, as in the simulators. */
const VOICED_PEAK = 700
/** Silence after which an utterance may be over, ms. */
const PAUSE_MS = 100
/** Sounds that are remembered; each socket has one. */
const KEPT = 50

interface Remembered {
  /** Samples up to the last voiced one. */
  readonly voiced: number
  readonly heard: Promise<SimHeard>
}

type Remember = (samples: Int16Array, rate: number, hear: () => Promise<SimHeard>) => Promise<SimHeard>

export function rememberHeard(): Remember {
  const known = new Map<string, Remembered>()
  return (samples, rate, hear) => {
    const voiced = voicedUntil(samples)
    const name = beginningOf(samples)
    const before = known.get(name)
    const stillSpeaking = samples.length - voiced < (rate * PAUSE_MS) / 1000
    if (before !== undefined && (stillSpeaking || before.voiced === voiced)) return before.heard
    const heard = hear()
    known.delete(name)
    known.set(name, { voiced, heard })
    const [oldest] = known.keys()
    if (known.size > KEPT && oldest !== undefined) known.delete(oldest)
    return heard
  }
}

function voicedUntil(samples: Int16Array): number {
  for (let at = samples.length; at > 0; at--) if (Math.abs(samples[at - 1] ?? 0) >= VOICED_PEAK) return at
  return 0
}

/** The first tenth of a second of voice tells one utterance from another. */
function beginningOf(samples: Int16Array): string {
  const from = Math.max(
    0,
    samples.findIndex(sample => Math.abs(sample) >= VOICED_PEAK),
  )
  return `${from} ${samples.subarray(from, from + 1_600).join(',')}`
}
