/** How something is to be said, in a sentence, for voices that take instructions. */

import type { Emotion, Expression, SpeakingStyle } from '@parley/core'

const emotions: Readonly<Record<Emotion, string>> = {
  neutral: '',
  low: 'Speak low and slowly, with little energy.',
  high: 'Speak brightly, with much energy.',
  detached: 'Speak in a detached, even tone.',
  calm: 'Speak calmly and softly.',
  cheerful: 'Speak cheerfully, with a smile.',
  excited: 'Speak with excitement.',
  sympathetic: 'Speak warmly and with sympathy.',
  apologetic: 'Speak apologetically.',
  serious: 'Speak seriously.',
  sad: 'Speak sadly.',
  angry: 'Speak angrily.',
  surprised: 'Speak with surprise.',
  curious: 'Speak with curiosity.',
}

const styles: Readonly<Record<SpeakingStyle, string>> = {
  conversational: 'Speak as in a conversation.',
  assistant: 'Speak as a helpful assistant.',
  newsreader: 'Speak as a newsreader.',
  narrator: 'Speak as a narrator.',
  whisper: 'Whisper.',
}

/** Empty where nothing is asked for. The pace is not in it: it goes into a number of its own. */
export function voiceInstructions({ emotion, style }: Expression): string {
  const parts = [emotion === undefined ? '' : emotions[emotion], style === undefined ? '' : styles[style]]
  return parts.filter(part => part !== '').join(' ')
}
