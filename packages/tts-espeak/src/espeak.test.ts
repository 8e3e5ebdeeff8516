import load from '@echogarden/espeak-ng-emscripten'
import type { SpeechPart, SpeechRequest } from '@parley/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEspeak } from './espeak.js'
import { espeakLanguages, voiceForLanguage } from './languages.js'
import { speakPiece } from './speak-piece.js'
import { splitSpeech } from './split-speech.js'

const voice = createEspeak()
beforeAll(() => voice.warm?.())
afterAll(() => voice.close())

async function speak(
  request: Partial<SpeechRequest> & { text: string },
  signal = new AbortController().signal,
) {
  const parts: SpeechPart[] = []
  for await (const part of voice.speak({ language: 'es', ...request }, signal)) parts.push(part)
  const audio = parts.flatMap(part => (part.kind === 'audio' ? [part.samples] : []))
  const words = parts.flatMap(part => (part.kind === 'word' ? [part] : []))
  const samples = audio.reduce((sum, chunk) => sum + chunk.length, 0)
  return { parts, audio, words, durationMs: samples / 22.05 }
}

describe('espeak', () => {
  it('speaks Spanish in chunks of at most a tenth of a second', async () => {
    const { audio, durationMs } = await speak({ text: '¿Quiere reservar una mesa para las siete?' })
    expect(durationMs).toBeGreaterThan(1_200)
    expect(durationMs).toBeLessThan(5_000)
    expect(Math.max(...audio.map(chunk => chunk.length))).toBeLessThanOrEqual(2_205)
    expect(Math.max(...audio.flatMap(chunk => [...chunk]))).toBeGreaterThan(3_000)
  })

  it.each([
    ['es', 'Chico, ¿llama Pepe?', /^CH I kk O sil nn aa PP aa PP E PP E( sil)?$/],
    ['en', 'The fishing boy.', /^TH E FF I CH I nn PP O I( sil)?$/],
    ['ru', 'Папа.', /^PP aa PP (aa|E)( sil)?$/],
  ])(
    'gives the mouth shape of every phone in %s, in order and within the sound',
    async (language, text, shapes) => {
      const { parts, durationMs } = await speak({ text, language })
      const seen: string[] = []
      let lastMs = 0
      let soundMs = 0
      for (const part of parts) {
        if (part.kind === 'audio') soundMs += part.samples.length / 22.05
        if (part.kind !== 'visemes') continue
        for (const { viseme, startMs, endMs } of part.cues) {
          expect(startMs).toBeGreaterThanOrEqual(Math.max(lastMs, soundMs - 0.001))
          expect(endMs).toBeGreaterThan(startMs)
          if (seen.at(-1) !== viseme) seen.push(viseme)
          lastMs = endMs
        }
      }
      expect(lastMs).toBeLessThanOrEqual(durationMs + 0.001)
      expect(seen.join(' ')).toMatch(shapes)
    },
  )

  it('ends a word where its sound does, not where the pause after it does', async () => {
    const { words, audio } = await speak({ text: 'Vale, mañana a las diez, si quiere. Adiós.' })
    const samples = audio.flatMap(chunk => [...chunk])
    const loudest = (fromMs: number, toMs: number) =>
      Math.max(0, ...samples.slice(Math.ceil(fromMs * 22.05), Math.floor(toMs * 22.05)).map(Math.abs))
    for (const name of ['Vale,', 'diez,']) {
      const endMs = words.find(({ text }) => text === name)?.endMs ?? Number.NaN
      expect(loudest(endMs - 40, endMs)).toBeGreaterThan(100)
      expect(loudest(endMs + 20, endMs + 70)).toBeLessThan(400)
    }
  })

  it.each([
    ['es', 'Hola, ¿cómo estás? Tengo 25 años — «sí» 😀 y 1.234,50 €; llame al 555-1234 o a x@y.com. ¡Adiós!'],
    ['en', 'Tom & Jerry <b>aren’t</b> here; e.g. [[x]] costs $5.'],
    ['de', 'Grüße 😀, schöne Straße! Ähm… Ja.'],
    ['fr', 'L’été, c’est-à-dire « bientôt ».'],
    ['ru', 'Привет, как дела?'],
    ['ja', 'こんにちは。 元気ですか？'],
    ['ar', 'مرحبا، كيف حالك؟'],
  ])(
    'gives every word of %s as it was written, in order, before or with its sound',
    async (language, text) => {
      const { parts, words, durationMs } = await speak({ text, language })
      expect(words.map(word => word.text).join(' ')).toBe(text)
      let untilMs = 0
      let soundMs = 0
      for (const part of parts) {
        if (part.kind === 'audio') {
          soundMs += part.samples.length / 22.05
          continue
        }
        if (part.kind !== 'word') continue
        expect(part.startMs).toBeGreaterThanOrEqual(untilMs)
        expect(part.endMs).toBeGreaterThanOrEqual(part.startMs)
        expect(part.startMs).toBeGreaterThanOrEqual(soundMs - 0.001)
        untilMs = part.endMs
      }
      expect(untilMs).toBeLessThanOrEqual(durationMs + 0.001)
      expect(untilMs).toBeGreaterThan(durationMs - 400)
    },
  )

  it('gives a long number a long time', async () => {
    const { words } = await speak({ text: 'Marque 1234567 ahora' })
    const lengths = words.map(({ startMs, endMs }) => endMs - startMs)
    expect(lengths.at(1)).toBeGreaterThan(3 * (lengths.at(0) ?? 0))
  })

  it.each([
    ['nothing', ''],
    ['spaces', ' \n\t '],
    ['emoji', '😀 🎉👍🏽 🇪🇸'],
    ['signs', '— … !? .'],
    ['half a character', '\ud83d'],
  ])('makes no sound and no error of %s', async (_, text) => {
    expect((await speak({ text })).parts).toEqual([])
  })

  it('reads markup and phoneme notation as text', async () => {
    const plain = await speak({ text: 'uno dos' })
    const marked = await speak({ text: 'uno <break time="60s"/> dos' })
    expect(marked.durationMs).toBeLessThan(20_000)
    expect(marked.durationMs).toBeGreaterThan(plain.durationMs)
  })

  it('speaks a text of 5,000 characters to its end', async () => {
    const text = 'El veloz murciélago hindú comía feliz cardillo y kiwi. '.repeat(91).trim()
    const { words, durationMs } = await speak({ text })
    expect(words).toHaveLength(91 * 9)
    expect(durationMs).toBeGreaterThan(200_000)
    expect(words.at(-1)?.endMs).toBeLessThanOrEqual(durationMs)
  }, 120_000)

  it('stops within one chunk of an abort and speaks again at once', async () => {
    const abort = new AbortController()
    let after = 0
    for await (const part of voice.speak(
      { text: 'Uno dos tres. '.repeat(50), language: 'es' },
      abort.signal,
    )) {
      if (abort.signal.aborted) after++
      if (part.kind === 'audio') abort.abort()
    }
    expect(after).toBe(0)
    expect((await speak({ text: 'Otra vez.' })).durationMs).toBeGreaterThan(200)
    expect((await speak({ text: 'Hola.' }, AbortSignal.abort())).parts).toEqual([])
  })

  it('serves many texts at once, each in its own language', async () => {
    const texts = [
      ['en', 'one two'],
      ['es', 'uno dos'],
      ['de', 'eins zwei'],
      ['en', 'three'],
    ] as const
    const spoken = await Promise.all(texts.map(([language, text]) => speak({ text, language })))
    expect(spoken.map(({ words }) => words.map(word => word.text).join(' '))).toEqual(
      texts.map(([, text]) => text),
    )
    const [again] = await Promise.all([speak({ text: 'one two', language: 'en' })])
    expect(again?.durationMs).toBeCloseTo(spoken[0]?.durationMs ?? 0, -2)
  })

  it('speaks in another voice and in variants', async () => {
    const spoken = await Promise.all(
      [undefined, '+f2', 'es-419', 'es+whisper'].map(name =>
        speak({ text: 'Gracias por su paciencia.', ...(name === undefined ? {} : { voice: name }) }),
      ),
    )
    const sounds = spoken.map(({ audio }) => audio.flatMap(chunk => [...chunk]).join())
    expect(new Set(sounds).size).toBe(4)
  })

  it.each([
    ['a language it does not speak', { language: 'xx' }],
    ['a voice it does not have', { voice: 'nobody' }],
    ['a path for a voice', { voice: '../../etc/passwd' }],
  ])('refuses %s by name', async (_, wrong) => {
    await expect(speak({ text: 'Hola.', ...wrong })).rejects.toMatchObject({ code: 'voice_unavailable' })
  })

  it('refuses a text over its queue and speaks after close no more', async () => {
    const own = createEspeak({ mostWaiting: 1 })
    const ask = async (text: string) => {
      for await (const part of own.speak({ text, language: 'es' }, new AbortController().signal)) {
        if (part.kind === 'audio') return 'sound'
      }
      return 'silence'
    }
    const outcomes = await Promise.allSettled([ask('Uno.'), ask('Dos.'), ask('Tres.')])
    expect(outcomes.map(each => (each.status === 'rejected' ? each.reason.code : each.value))).toEqual([
      'sound',
      'sound',
      'overloaded',
    ])
    const cut = ask('Cuatro.')
    await Promise.all([expect(cut).rejects.toMatchObject({ code: 'voice_failed' }), own.close()])
    await expect(ask('Cinco.')).rejects.toMatchObject({ code: 'voice_failed' })
    await own.close()
  })
})

describe('the espeak-ng build', () => {
  it('has a voice for every language that is listed, and lists every voice it has', async () => {
    const { eSpeakNGWorker } = await load()
    const espeak = new eSpeakNGWorker()
    expect(espeakLanguages.filter(name => espeak.set_voice(name) !== 0)).toEqual([])
    const names = espeak.list_voices().flatMap(({ languages }) => languages.map(({ name }) => name))
    const spoken = [...new Set(names)].filter(name => espeak.set_voice(name) === 0)
    expect(spoken.sort()).toEqual([...espeakLanguages].sort())
  })

  it('survives any text and keeps its words in order', { timeout: 120_000 }, async () => {
    const { eSpeakNGWorker } = await load()
    const espeak = new eSpeakNGWorker()
    const words = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(fc.constantFrom('es', 'en', 'cmn', 'ar'), words, (language, some) => {
        espeak.set_voice(language)
        const { samples, times } = speakPiece(espeak, some)
        if (samples.length === 0) return
        expect(times).toHaveLength(some.length)
        const edges = times.flatMap(({ startMs, endMs }) => [startMs, endMs])
        expect(edges).toEqual([...edges].sort((a, b) => a - b))
        expect(edges.at(-1)).toBeLessThanOrEqual(samples.length / 22.05 + 0.001)
      }),
      { numRuns: 60 },
    )
  })
})

describe('the voice for a language', () => {
  it.each([
    ['es', 'es'],
    ['es-ES', 'es'],
    ['es-MX', 'es-419'],
    ['en-US', 'en-us'],
    ['en-GB', 'en-gb-x-rp'],
    ['en-AU', 'en'],
    ['pt-BR', 'pt-br'],
    ['pt-PT', 'pt'],
    ['zh-CN', 'cmn'],
    ['zh-HK', 'yue'],
    ['no', 'nb'],
    ['de_AT', 'de'],
    ['xx-YY', undefined],
    ['', undefined],
  ])('of %s is %s', (language, expected) => {
    expect(voiceForLanguage(language)).toBe(expected)
  })
})

describe('pieces of a text', () => {
  it('hold all words of any text in order, and none is long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2_000 }), text => {
        const pieces = splitSpeech(text)
        expect(pieces.flat().join('')).toBe(text.replace(/\s+/g, ''))
        for (const piece of pieces) expect(piece.join(' ').length).toBeLessThanOrEqual(300)
      }),
    )
  })

  it('end with sentences, also where there are no spaces', () => {
    expect(splitSpeech('Hola. ¿Qué tal? «Bien.» 1.5 litros')).toEqual([
      ['Hola.'],
      ['¿Qué', 'tal?'],
      ['«Bien.»'],
      ['1.5', 'litros'],
    ])
    const chinese = splitSpeech(`${'你好世界'.repeat(25)}。`.repeat(5))
    expect(chinese.map(piece => piece.join('').length)).toEqual([101, 101, 101, 101, 101])
  })
})
