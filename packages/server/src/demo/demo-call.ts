import { fileURLToPath } from 'node:url'
import { readUtterance } from '../talk/read-utterance.js'
import type { TalkOptions } from '../talk/talk.js'

/** What the caller of the demo says: in English a recorded person, in Spanish typed lines. */

const assets = new URL('../../assets/demo/', import.meta.url)

const spoken = [
  { file: '1-hello.wav' },
  { file: '2-last-call.wav' },
  { file: '3-one-moment.wav', interrupts: true },
  { file: '4-thank-you.wav' },
  { file: '5-operator.wav' },
]

const typed: Readonly<Record<string, readonly string[]>> = {
  en: ['Hello.', 'What are your opening hours?', 'Thank you.', 'Goodbye.'],
  es: ['Hola.', '¿Cuál es el horario?', 'Muchas gracias.', 'Adiós.'],
}

export type DemoLanguage = 'en' | 'es'

/** `heard`: whether the gateway can hear words in this language. */
export async function demoCall(language: DemoLanguage, heard: boolean): Promise<TalkOptions['say']> {
  if (!heard) return { texts: typed[language] ?? [] }
  const utterances = spoken.map(async ({ file, interrupts = false }) => ({
    samples: await readUtterance(fileURLToPath(new URL(file, assets))),
    interrupts,
  }))
  return { utterances: await Promise.all(utterances) }
}
