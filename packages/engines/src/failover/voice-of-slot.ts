/** What a list of voices is made of, and what is said of one that fails. */

import { ParleyError, type SpeechRequest, type TextToSpeech } from '@parley/core'

/** A voice, maybe one that remembers what it has said: what it says from memory proves nothing of its provider. */
export interface VoiceOfSlot extends TextToSpeech {
  remembers?(request: SpeechRequest): boolean
}

/** Whether a voice speaks a BCP 47 language, or the same one of another region. */
export function speaks({ languages }: TextToSpeech, language: string): boolean {
  const main = (tag: string) => tag.toLowerCase().split('-')[0]
  return languages.some(each => each === '*' || main(each) === main(language))
}

export function silent({ name }: TextToSpeech): ParleyError {
  return new ParleyError('voice_failed', `Voice ${name} made no sound for a clause.`, { retryable: true })
}

export function endedEarly({ name }: TextToSpeech): ParleyError {
  return new ParleyError('provider_failed', `Voice ${name} ended before it had said everything.`, {
    retryable: true,
  })
}
