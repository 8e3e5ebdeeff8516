/** Messages of both recogniser sockets, as far as they are used. */

import { z } from 'zod'

const number = z.number()

/** The declared shape is lists side by side; one word each has been seen, too. */
const words = z.union([
  z.object({ words: z.array(z.string()), start: z.array(number), end: z.array(number) }),
  z
    .object({ word: z.string(), start: number, end: number })
    .transform(({ word, start, end }) => ({ words: [word], start: [start], end: [end] })),
])

const message = z.object({
  type: z.string(),
  text: z.string().nullish(),
  is_final: z.boolean().nullish(),
  words: z.array(words).nullish().catch(undefined),
  transcript: z.string().nullish(),
  status_code: number.nullish(),
  title: z.string().nullish(),
  message: z.string().nullish(),
  error: z.string().nullish(),
})

export type CartesiaSttMessage = z.output<typeof message>

export interface StreamWord {
  readonly text: string
  /** ms of the sound that was sent. */
  readonly startMs: number
  readonly endMs: number
}

/** Undefined for what is no message. */
export function readSttMessage(text: string): CartesiaSttMessage | undefined {
  try {
    return message.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

export function wordsOf(said: CartesiaSttMessage): StreamWord[] {
  return (said.words ?? []).flatMap(({ words, start, end }) =>
    words.map((word, index) => ({
      text: word.trim(),
      startMs: (start[index] ?? 0) * 1000,
      endMs: (end[index] ?? start[index] ?? 0) * 1000,
    })),
  )
}
