// Speech of the embedded voices with the shapes of their own phones.

import { createFlite } from '../../packages/providers/dist/index.js'
import { createEspeak } from '../../packages/tts-espeak/dist/index.js'

/** One voice saying one text: `{ voice, rate, samples, cues, words }`. */
export async function speak(tts, text, language, voice, expression = {}) {
  const sound = []
  const cues = []
  const words = []
  const request = { text, language, expression, ...(voice === undefined ? {} : { voice }) }
  for await (const part of tts.speak(request, new AbortController().signal)) {
    if (part.kind === 'audio') sound.push(part.samples)
    if (part.kind === 'visemes') cues.push(...part.cues)
    if (part.kind === 'word') words.push(part)
  }
  const samples = new Int16Array(sound.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of sound) {
    samples.set(piece, at)
    at += piece.length
  }
  return { voice: `${tts.name} ${voice ?? language}`, rate: tts.sampleRate, samples, cues, words }
}

export async function withVoices(work) {
  const flite = createFlite()
  const espeak = createEspeak()
  try {
    return await work({ flite, espeak })
  } finally {
    await flite.close()
    await espeak.close()
  }
}
