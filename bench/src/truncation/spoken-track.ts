/**
 * Speech whose every place can be found again in what an ear recorded, to the sample: noise of its own signs, which gains
 * and µ-law leave alone. Words have the length of their letters, and now and then a quiet stretch between them.
 */

import type { SimBrains, SimSpeech } from '@parley/sim'

export interface SpokenAnswer {
  /** The first word, which no other answer has. */
  readonly name: string
  readonly text: string
  /** Where it begins on the track, samples. */
  readonly from: number
  /** As the voice said them; `endMs` from the beginning of the answer. */
  readonly words: { readonly text: string; readonly endMs: number }[]
}

/** All that the far model said in one call, one answer behind the other. */
export interface SpokenTrack {
  readonly brains: SimBrains
  readonly answers: SpokenAnswer[]
  /** Stretches of the track that `heard` is made of, in samples. @throws where it holds what was never said */
  stretches(heard: Int16Array): readonly { readonly from: number; readonly to: number }[]
}

const LETTER_MS = 62
const PAUSE_MS = 70
const LOUD = 6_000
const QUIET = 36
/** As many signs say where they are. */
const NEEDLE = 64

const vocabulary =
  'the a table we have you can order at six in evening tomorrow menu offers fresh fish vegetables and bread with wine from region would like near window or garden please tell me how many people are coming whether anyone needs chair parking behind house'.split(
    ' ',
  )

export function createSpokenTrack(rate: number, random: () => number): SpokenTrack {
  const answers: SpokenAnswer[] = []
  let track = new Int8Array(rate * 60)
  let end = 0

  function noise(samples: Int16Array, level: number): void {
    for (let at = 0; at < samples.length; at++) {
      const sign = random() < 0.5 ? -1 : 1
      samples[at] = sign * Math.round(level * (0.7 + random() * 0.6))
      if (end === track.length) {
        const longer = new Int8Array(track.length * 2)
        longer.set(track)
        track = longer
      }
      track[end++] = sign
    }
  }

  function invent(): SpokenAnswer {
    const name = nameOf(answers.length)
    const words = [name]
    for (let left = 16 + Math.floor(random() * 20); left > 0; left--)
      words.push(vocabulary[Math.floor(random() * vocabulary.length)] ?? '')
    const text = words
      .map((word, at) => (at % 9 === 8 || at === words.length - 1 ? `${word}.` : word))
      .join(' ')
    const answer = { name, text, from: end, words: [] }
    answers.push(answer)
    return answer
  }

  function speak(text: string): SimSpeech {
    const answer = answers.at(-1)
    const parts: Int16Array[] = []
    const say = (ms: number, level: number) => {
      const part = new Int16Array(Math.round((ms * rate) / 1000))
      noise(part, level)
      parts.push(part)
    }
    for (const word of text.match(/\S+/g) ?? []) {
      say(Math.max(2, word.length) * LETTER_MS * (0.8 + random() * 0.4), LOUD)
      answer?.words.push({ text: word, endMs: ((end - answer.from) * 1000) / rate })
      if (word.endsWith('.') || random() < 0.3) say(PAUSE_MS * (0.7 + random() * 0.6), QUIET)
    }
    const samples = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0))
    let at = 0
    for (const part of parts) {
      samples.set(part, at)
      at += part.length
    }
    return { samples, words: [] }
  }

  const agrees = (heard: Int16Array, at: number, from: number) =>
    Math.sign(heard[at] ?? 0) === (from < end ? track[from] : undefined)

  function find(heard: Int16Array, at: number): number {
    const length = Math.min(NEEDLE, heard.length - at)
    for (let from = 0; from + length <= end; from++) {
      let count = 0
      while (count < length && agrees(heard, at + count, from + count)) count++
      if (count === length) return from
    }
    return -1
  }

  return {
    answers,
    brains: {
      hear: async () => ({ text: 'wait a moment please', words: [] }),
      speak: async text => speak(text),
      async *think() {
        for (const text of invent().text.match(/\S+\s*/g) ?? []) yield { kind: 'text', text }
      },
    },
    stretches(heard) {
      const found: { from: number; to: number }[] = []
      for (let at = 0; at < heard.length; ) {
        const from = find(heard, at)
        if (from < 0) throw new Error(`what was heard at sample ${at} was never said`)
        let count = 0
        while (at + count < heard.length && agrees(heard, at + count, from + count)) count++
        found.push({ from, to: from + count })
        at += count
      }
      return found
    },
  }
}

function nameOf(index: number): string {
  const syllables = ['ba', 'de', 'ki', 'lo', 'mu', 'na', 'pe', 'ri', 'so', 'tu']
  return `${index}`
    .padStart(3, '0')
    .split('')
    .map(digit => syllables[Number(digit)])
    .join('')
}
