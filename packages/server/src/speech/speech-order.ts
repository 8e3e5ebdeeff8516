/** What is to be spoken, and by whom: a request as every route brings it, whatever its dialect. */

import { createHash } from 'node:crypto'
import type { Expression } from '@parley/core'

export interface SpeechOrder {
  /** As `readableText` made it. */
  readonly text: string
  /** Whose sound it is: what one tenant had spoken is no other's to find. */
  readonly tenant: string
  /** BCP 47. */
  readonly language: string | undefined
  /** `google`, `flite/rms`: a voice, and one of its speakers. */
  readonly voice: string | undefined
  readonly expression: Expression
}

/** Characters that no voice takes and that SSML may not hold, halves of characters among them, are spaces. */
export function readableText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, ' ')
}

/** Length in characters as people count them, not in UTF-16 units. */
export function lengthOf(text: string): number {
  let length = 0
  for (const _ of text) length++
  return length
}

/**
 * `nothing`: only spaces and control characters. `signs`: no voice says emoji and punctuation alone, a client's own
 * may.
 */
export function soundingOf(text: string): 'words' | 'signs' | 'nothing' {
  if (/[\p{L}\p{N}]/u.test(text)) return 'words'
  return readableText(text).trim() === '' ? 'nothing' : 'signs'
}

/** The same for orders whose sound is the same. */
export function orderKey({ text, tenant, expression }: SpeechOrder, speaker: SpeakerKey): string {
  const { emotion = 'neutral', style, speed = 1 } = expression
  const facts = [tenant, speaker.place, speaker.language, speaker.name ?? null]
  return createHash('sha256')
    .update(JSON.stringify([...facts, emotion, style ?? null, speed, text]))
    .digest('base64url')
}

/** Which voices are asked, in which language, for which of their speakers. */
export interface SpeakerKey {
  readonly place: string
  readonly language: string
  readonly name: string | undefined
}
