/**
 * The agent's long reply, undisturbed: its sound and the ends of its words. It is the same in every call, so what a
 * disturbed call got can be held against it.
 */
import { levelDb, SILENCE_DB } from './level.js'
import type { ReplyWords, Trace } from './trace.js'

export interface Reference {
  readonly rate: number
  readonly samples: Int16Array
  readonly words: readonly ReplyWords[]
}

/** From the trace of a quiet call whose sound was kept; its first reply. */
export function referenceOf(trace: Trace, rate: number): Reference {
  const reply = trace.sound[0]?.reply
  const parts = trace.sound.filter(part => part.reply === reply)
  const totalMs = Math.max(0, ...parts.map(({ fromMs, samples }) => fromMs + (samples.length * 1000) / rate))
  const samples = new Int16Array(Math.round((totalMs * rate) / 1000))
  for (const part of parts) samples.set(part.samples, Math.round((part.fromMs * rate) / 1000))
  return { rate, samples, words: trace.words.filter(words => words.reply === reply) }
}

/** Below this the reply is silent, and a gain says nothing. */
const AUDIBLE_DB = -50

/** How much louder a frame of the reply is than it should be, dB; undefined where the reply is silent. */
export function gainDb(
  reference: Reference,
  frame: { readonly fromMs: number; readonly durationMs: number; readonly levelDb?: number },
): number | undefined {
  if (frame.levelDb === undefined) return undefined
  const at = (ms: number) => Math.round((ms * reference.rate) / 1000)
  const expected = levelDb(reference.samples.subarray(at(frame.fromMs), at(frame.fromMs + frame.durationMs)))
  return expected <= Math.max(AUDIBLE_DB, SILENCE_DB) ? undefined : frame.levelDb - expected
}
