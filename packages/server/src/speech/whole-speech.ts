/** A whole text as sound, with when each word and each shape of the mouth is heard. */

import type { VisemeCue } from '@parley/audio'
import type { SpeechPart } from '@parley/core'

export interface WholeSpeech {
  readonly samples: Int16Array
  readonly words: readonly Extract<SpeechPart, { readonly kind: 'word' }>[]
  readonly cues: readonly VisemeCue[]
}

export async function wholeSpeech(parts: AsyncIterable<SpeechPart>): Promise<WholeSpeech> {
  const pieces: Int16Array[] = []
  const words: WholeSpeech['words'][number][] = []
  const cues: VisemeCue[] = []
  for await (const part of parts) {
    if (part.kind === 'audio') pieces.push(part.samples.slice())
    else if (part.kind === 'word') words.push(part)
    else if (part.kind === 'visemes') cues.push(...part.cues)
  }
  const samples = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    samples.set(piece, at)
    at += piece.length
  }
  return { samples, words, cues }
}
