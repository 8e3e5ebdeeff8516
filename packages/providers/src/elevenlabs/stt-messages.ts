/** Messages of the realtime recogniser, as far as they are used. */

import { z } from 'zod'

const message = z.object({
  message_type: z.string(),
  text: z.string().nullish(),
  error: z.string().nullish(),
  words: z
    .array(
      z.object({
        text: z.string().nullish(),
        start: z.number().nullish(),
        end: z.number().nullish(),
        type: z.string().nullish(),
        logprob: z.number().nullish(),
      }),
    )
    .nullish(),
})

export type ScribeMessage = z.output<typeof message>

/** Undefined for what is no message. */
export function readScribeMessage(text: string): ScribeMessage | undefined {
  try {
    return message.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

export interface ScribeWord {
  readonly text: string
  /** ms; of the stream or of the segment, the vendor does not say. */
  readonly startMs: number
  readonly endMs: number
  readonly confidence?: number
}

export function wordsOf({ words }: ScribeMessage): ScribeWord[] {
  return (words ?? []).flatMap(({ text, start, end, type, logprob }) =>
    type === 'spacing' || typeof text !== 'string' || text.trim() === '' || typeof start !== 'number'
      ? []
      : [
          {
            text: text.trim(),
            startMs: start * 1000,
            endMs: (end ?? start) * 1000,
            ...(typeof logprob === 'number' ? { confidence: Math.min(1, Math.exp(logprob)) } : {}),
          },
        ],
  )
}
