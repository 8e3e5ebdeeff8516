import { ParleyError, type SpeechPart } from '@parley/core'
import { afterAll, describe, expect, it } from 'vitest'
import { createEspeak } from './espeak.js'
import { openEspeakEngine } from './espeak-engine.js'
import { languagesOfEspeak } from './languages.js'
import { spokenText } from './spoken-text.js'

const voice = createEspeak()
afterAll(() => voice.close())

async function say(
  text: string,
  language = 'es',
  signal = new AbortController().signal,
): Promise<SpeechPart[]> {
  const parts: SpeechPart[] = []
  for await (const part of voice.speak({ text, language }, signal)) parts.push(part)
  return parts
}

const wordsOf = (parts: readonly SpeechPart[]) => parts.flatMap(part => (part.kind === 'word' ? [part] : []))
const msOf = (parts: readonly SpeechPart[]) =>
  parts.reduce(
    (sum, part) => sum + (part.kind === 'audio' ? (part.samples.length * 1000) / voice.sampleRate : 0),
    0,
  )

describe('the espeak-ng voice', () => {
  it('speaks Spanish and says when each word is spoken', async () => {
    const text = 'Hola, ¿cómo estás? Tengo 25 años — «sí».'
    const parts = await say(text)
    const words = wordsOf(parts)
    expect(words.map(word => word.text)).toEqual(text.split(' '))
    expect(msOf(parts)).toBeGreaterThan(2_000)
    for (const [index, { startMs, endMs }] of words.entries()) {
      expect(endMs).toBeGreaterThanOrEqual(startMs)
      expect(startMs).toBeGreaterThanOrEqual(words[index - 1]?.endMs ?? 0)
    }
    expect(words.at(-1)?.endMs).toBeCloseTo(msOf(parts), 3)
  })

  it('gives sound that is no silence, in pieces', async () => {
    const audio = (await say('Buenos días.')).flatMap(part => (part.kind === 'audio' ? [part.samples] : []))
    expect(audio.length).toBeGreaterThan(2)
    expect(Math.max(...audio.flatMap(samples => [...samples]))).toBeGreaterThan(3_000)
  })

  it.each(['', '   ', '😀 🎉', '—', '\u0000'])('says nothing and does not fail for %j', async text => {
    expect(msOf(await say(text))).toBe(0)
  })

  it.each(['a & b <c> d', '[[x]] (hi)', '<speak>', 'x \uD800 y', '&amp;'])(
    'reads %j as words',
    async text => {
      const parts = await say(text, 'en')
      expect(msOf(parts)).toBeGreaterThan(100)
      expect(
        wordsOf(parts)
          .map(word => word.text)
          .join(' '),
      ).toBe(text)
    },
  )

  it('speaks five thousand characters', async () => {
    const text = 'El zorro veloz. '.repeat(313).trim()
    expect(wordsOf(await say(text))).toHaveLength(939)
  })

  it('stops soon after it is told to, and speaks again', async () => {
    const abort = new AbortController()
    const parts: SpeechPart[] = []
    const long = 'Uno dos tres cuatro cinco. '.repeat(180)
    for await (const part of voice.speak({ text: long, language: 'es' }, abort.signal)) {
      parts.push(part)
      abort.abort()
    }
    expect(parts).toHaveLength(1)
    expect(msOf(await say('Hola.'))).toBeGreaterThan(200)
  })

  it('serves many requests at once, each its own words', async () => {
    const numbers = Array.from({ length: 40 }, (_, index) => `número ${index}`)
    const spoken = await Promise.all(numbers.map(text => say(text)))
    expect(
      spoken.map(parts =>
        wordsOf(parts)
          .map(word => word.text)
          .join(' '),
      ),
    ).toEqual(numbers)
  })

  it('refuses more than it is set to hold, and takes the next ones afterwards', async () => {
    const small = createEspeak({ maxRequests: 2 })
    const speak = async () => {
      for await (const _ of small.speak({ text: 'hola', language: 'es' }, new AbortController().signal));
    }
    const outcomes = await Promise.allSettled([speak(), speak(), speak()])
    expect(outcomes.filter(({ status }) => status === 'rejected')).toMatchObject([
      { reason: expect.objectContaining({ code: 'voice_failed', retryable: true }) },
    ])
    await expect(speak()).resolves.toBeUndefined()
    await small.close()
  })

  it('falls back from an unknown region to the language, and names an unknown language', async () => {
    expect(msOf(await say('hola', 'es-PE'))).toBeGreaterThan(100)
    await expect(say('abc', 'zz')).rejects.toThrow(/zz/)
  })

  it('refuses to speak once it is closed', async () => {
    const other = createEspeak()
    await other.warm?.()
    await other.close()
    const speak = other
      .speak({ text: 'hola', language: 'es' }, new AbortController().signal)
      [Symbol.asyncIterator]()
    await expect(speak.next()).rejects.toBeInstanceOf(ParleyError)
  })

  it('lists just the languages that the engine has', async () => {
    const engine = await openEspeakEngine()
    expect(engine.sampleRate).toBe(voice.sampleRate)
    const known = engine.languages.map(language => language.toLowerCase())
    expect(languagesOfEspeak.filter(language => !known.includes(language))).toEqual([])
    expect(languagesOfEspeak.length).toBeGreaterThan(100)
  })
})

describe('the text for espeak-ng', () => {
  it('finds the word for every position, whatever was escaped before it', () => {
    const spoken = spokenText('a & <b> 😀 fin')
    const at = (needle: string) =>
      spoken.wordAt([...spoken.input.slice(0, spoken.input.indexOf(needle))].length + 1)
    expect(spoken.words[at('fin')]).toBe('fin')
    expect(spoken.words[at('b')]).toBe('<b>')
  })
})
