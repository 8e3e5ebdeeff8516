/** The sound of one socket that is not settled yet, in steps of 10 ms, and where in it there is a voice. */

import type { SimBrains, SimWord } from '../sim-brains.js'

/** Below this peak a step is silence. */
const VOICED_PEAK = 700
export const STEP_MS = 10

export interface HeardSound {
  /** Takes samples and calls back after each whole step, one at a time. */
  push(samples: Int16Array, step: () => Promise<void>): Promise<void>
  /** From the first sample of the socket, ms. */
  readonly startMs: number
  readonly endMs: number
  /** Where the voice in what is kept begins; undefined without one. */
  readonly onsetMs: number | undefined
  /** Since the last voiced step of what is kept; Infinity without one. */
  readonly silentMs: number
  /** Words of what is kept, in ms from the first sample of the socket. A word still being spoken is left out unless `whole`. */
  words(whole: boolean): Promise<SimWord[]>
  /** All of it is settled: forgets it. */
  settle(): void
}

export function heardSound(brains: SimBrains, rate: number, language: string): HeardSound {
  const stepSize = Math.round((rate * STEP_MS) / 1000)
  let kept: Int16Array[] = []
  let rest = new Int16Array(0)
  let startMs = 0
  let endMs = 0
  let onsetMs: number | undefined
  let voicedMs = Number.NEGATIVE_INFINITY

  function take(step: Int16Array): void {
    kept.push(step)
    if (step.some(sample => Math.abs(sample) >= VOICED_PEAK)) {
      onsetMs ??= endMs
      voicedMs = endMs + STEP_MS
    }
    endMs += STEP_MS
  }

  function joined(): Int16Array {
    const all = new Int16Array(kept.length * stepSize)
    for (const [at, step] of kept.entries()) all.set(step, at * stepSize)
    return all
  }

  return {
    async push(samples, step) {
      const all = new Int16Array(rest.length + samples.length)
      all.set(rest)
      all.set(samples, rest.length)
      let at = 0
      for (; at + stepSize <= all.length; at += stepSize) {
        take(all.slice(at, at + stepSize))
        await step()
      }
      rest = all.slice(at)
    },
    get startMs() {
      return startMs
    },
    get endMs() {
      return endMs
    },
    get onsetMs() {
      return onsetMs
    },
    get silentMs() {
      return endMs - voicedMs
    },
    async words(whole) {
      if (onsetMs === undefined) return []
      const untilMs = endMs
      const fromMs = startMs
      const { words } = await brains.hear(joined(), rate, language)
      const placed = words.map(word => ({
        text: word.text,
        startMs: word.startMs + fromMs,
        endMs: word.endMs + fromMs,
      }))
      const last = placed.at(-1)
      return !whole && last !== undefined && last.endMs > untilMs - 2 * STEP_MS ? placed.slice(0, -1) : placed
    },
    settle() {
      kept = []
      startMs = endMs
      onsetMs = undefined
      voicedMs = Number.NEGATIVE_INFINITY
    },
  }
}
