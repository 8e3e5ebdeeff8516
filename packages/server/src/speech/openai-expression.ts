/** How a client of OpenAI wants something said, in words that our voices know. */

import { type Expression, emotions, speakingStyles } from '@parley/core'
import type { OpenAiSpeechBody } from './openai-speech-schemas.js'

/** In a sentence they seldom speak of the voice: "with high quality", "at a low price". */
const vague: readonly string[] = ['low', 'high', 'neutral', 'assistant']

/** `emotion` goes before what stands in `instructions`. */
export function expressionOf({ emotion, instructions = '', speed }: OpenAiSpeechBody): Expression {
  const words: readonly string[] = instructions.toLowerCase().match(/\p{L}+/gu) ?? []
  const means = (word: string) => words.length === 1 || !vague.includes(word)
  const named = <Name extends string>(names: readonly Name[]) =>
    names.find(name => words.includes(name) && means(name))
  const feeling = emotion ?? named(emotions)
  const style = named(speakingStyles)
  return {
    ...(feeling === undefined ? {} : { emotion: feeling }),
    ...(style === undefined ? {} : { style }),
    ...(speed === 1 ? {} : { speed: Math.min(2, Math.max(0.5, speed)) }),
  }
}
