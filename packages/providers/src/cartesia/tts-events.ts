/** Messages of the speech socket, as far as they are used. Unknown ones pass and do nothing. */

import { type VisemeCue, visemesOfIpa, visemesOfPhones } from '@parley/audio'
import type { ParleyError } from '@parley/core'
import { z } from 'zod'
import type { ContextMessage } from '../wire/shared-line.js'
import { refusalError } from '../wire/vendor-error.js'

const times = z.object({ words: z.array(z.string()), start: z.array(z.number()), end: z.array(z.number()) })

const message = z.object({
  type: z.string(),
  context_id: z.string().nullish(),
  data: z.string().nullish(),
  word_timestamps: times.nullish(),
  phoneme_timestamps: times
    .omit({ words: true })
    .extend({ phonemes: z.array(z.string()) })
    .nullish(),
  status_code: z.number().nullish(),
  title: z.string().nullish(),
  message: z.string().nullish(),
  /** Of versions before 2026-03-01. */
  error: z.string().nullish(),
})

export type CartesiaTtsEvent =
  | { readonly kind: 'audio'; readonly bytes: Buffer }
  | { readonly kind: 'words'; readonly words: readonly CartesiaWord[] }
  /** ms from the start of the context's sound. */
  | { readonly kind: 'visemes'; readonly cues: readonly VisemeCue[] }
  | { readonly kind: 'flushed' | 'done' | 'other' }
  | { readonly kind: 'error'; readonly error: ParleyError }

export interface CartesiaWord {
  readonly text: string
  /** ms from the start of the context's sound. */
  readonly startMs: number
  readonly endMs: number
}

/** Undefined for what is no message. */
export function readTtsMessage(text: string): ContextMessage<CartesiaTtsEvent> | undefined {
  let parsed: z.output<typeof message>
  try {
    parsed = message.parse(JSON.parse(text))
  } catch {
    return undefined
  }
  const id = parsed.context_id ?? undefined
  if (parsed.type === 'error')
    return { id, event: { kind: 'error', error: cartesiaError(parsed) }, last: id !== undefined }
  // Without a context only errors mean anything.
  return { id: id ?? '', event: eventOf(parsed) }
}

function eventOf(parsed: z.output<typeof message>): CartesiaTtsEvent {
  if (parsed.type === 'chunk') return { kind: 'audio', bytes: Buffer.from(parsed.data ?? '', 'base64') }
  if (parsed.type === 'flush_done') return { kind: 'flushed' }
  if (parsed.type === 'done') return { kind: 'done' }
  if (parsed.type === 'phoneme_timestamps') return { kind: 'visemes', cues: shapesOf(parsed) }
  if (parsed.type !== 'timestamps') return { kind: 'other' }
  const { words = [], start = [], end = [] } = parsed.word_timestamps ?? {}
  return {
    kind: 'words',
    words: words.map((word, index) => {
      const startMs = (start[index] ?? 0) * 1000
      return { text: word, startMs, endMs: Math.max(startMs, (end[index] ?? 0) * 1000) }
    }),
  }
}

function shapesOf({ phoneme_timestamps }: z.output<typeof message>): readonly VisemeCue[] {
  const { phonemes = [], start = [], end = [] } = phoneme_timestamps ?? {}
  return visemesOfPhones(
    phonemes.map((phone, index) => ({
      shapes: visemesOfIpa(phone),
      startMs: (start[index] ?? 0) * 1000,
      endMs: (end[index] ?? 0) * 1000,
    })),
  )
}

/** An error as both generations of the protocol say it. */
export function cartesiaError(said: {
  readonly status_code?: number | null | undefined
  readonly title?: string | null | undefined
  readonly message?: string | null | undefined
  readonly error?: string | null | undefined
}): ParleyError {
  const sentence = said.message ?? said.error ?? said.title ?? ''
  return refusalError('Cartesia', { status: said.status_code ?? 500, body: { message: sentence } })
}
