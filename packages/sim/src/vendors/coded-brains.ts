import { codeSpeech, readSpeech } from './coded-speech.js'
import type { SimBrains, SimPrompt, SimSpeech, SimThought } from './sim-brains.js'

export interface CodedBrainsOptions {
  /** Sound for a text in the place of coded speech; undefined: coded speech. */
  speak?(text: string): SimSpeech | undefined
  /** What the mind answers, a token each; by default it repeats the last thing said to it, word by word. */
  think?(prompt: SimPrompt): Iterable<SimThought>
}

/** Brains for tests: speech that can be read back, and a mind that is told what to think. */
export function codedBrains({ think = repeat, speak }: CodedBrainsOptions = {}): SimBrains {
  return {
    hear: async (samples, sampleRate) => readSpeech(samples, sampleRate),
    speak: async (text, sampleRate) => speak?.(text) ?? codeSpeech(text, sampleRate),
    async *think(prompt) {
      yield* think(prompt)
    },
  }
}

function* repeat({ messages }: SimPrompt): Iterable<SimThought> {
  const said = messages.at(-1)?.text ?? ''
  for (const word of said.match(/\S+\s*/g) ?? []) yield { kind: 'text', text: word }
}
