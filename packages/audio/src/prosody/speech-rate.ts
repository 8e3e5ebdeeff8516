/** Syllables a second over the last 2 s of speech, by a clock that stands still in pauses. */

export interface SpeechRate {
  /** Another look's worth of speech. */
  speak(): void
  /** A nucleus was found. */
  count(): void
  /** Syllables a second; 0 before any. */
  measure(): number
  reset(): void
}

const memoryMs = 2000
/** Speech it is taken over at the least: one syllable in 100 ms is no rate of ten. */
const leastMs = 700
/** More than can be spoken in that time. */
const kept = 32

export function createSpeechRate(hopMs: number): SpeechRate {
  const places = new Float64Array(kept)
  const state = { spokenMs: 0.5, next: 0 }
  const reset = (): void => {
    places.fill(Number.NEGATIVE_INFINITY)
    state.spokenMs = 0
    state.next = 0
  }
  reset()
  return {
    speak() {
      state.spokenMs += hopMs
    },
    count() {
      places[state.next] = state.spokenMs
      state.next = (state.next + 1) % kept
    },
    measure() {
      let found = 0
      for (let i = 0; i < kept; i++) if (state.spokenMs - (places[i] as number) < memoryMs) found++
      return (found * 1000) / Math.max(leastMs, Math.min(memoryMs, state.spokenMs))
    },
    reset,
  }
}
