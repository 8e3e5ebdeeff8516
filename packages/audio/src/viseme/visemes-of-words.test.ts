import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { visemesOfArpabet } from './arpabet.js'
import { visemesOfIpa } from './ipa.js'
import { visemes } from './viseme.js'
import { visemesOfLetters } from './visemes-of-letters.js'
import { visemesOfWords } from './visemes-of-words.js'

const shapesOf = (text: string, language: string) =>
  visemesOfWords([{ text, startMs: 0, endMs: 1_000 }], language)
    .map(({ viseme }) => viseme)
    .join(' ')

describe('phones', () => {
  it.each([
    ['p', ['PP']],
    ['ˈaɪ', ['aa', 'I']],
    ['ˈəʊ', ['E', 'U']],
    ['tʃ', ['CH']],
    ['d͡ʒ', ['CH']],
    ['ts', ['SS']],
    ['ɾ', ['DD']],
    ['ɲ', ['nn']],
    ['ɔ̃', ['O']],
    ['kʷ', ['kk']],
    ['h', []],
    ['ʔ', []],
    ['ʲ', []],
    ['ˈ', ['sil']],
    ['', ['sil']],
    ['_:', ['sil']],
  ])('in IPA: %s', (phone, shapes) => expect(visemesOfIpa(phone)).toEqual(shapes))

  it.each([
    ['AY1', ['aa', 'I']],
    ['hh', []],
    ['zh', ['CH']],
    ['er0', ['RR']],
    ['pau', ['sil']],
    ['constructor', ['sil']],
  ])('in ARPAbet: %s', (phone, shapes) => expect(visemesOfArpabet(phone)).toEqual(shapes))
})

describe('letters as shapes', () => {
  it.each([
    ['en', 'church', 'CH RR CH'],
    ['en', 'think', 'TH I nn kk'],
    ['en', 'the', 'TH E'],
    ['en', 'make', 'PP E I kk'],
    ['en', 'knight', 'nn aa I DD'],
    ['en', 'phones', 'FF O U nn SS'],
    ['en', 'nation', 'nn E I CH E nn'],
    ['en', 'wanted', 'U aa nn DD I DD'],
    ['en', 'stopped', 'SS DD aa PP DD'],
    ['en', 'I’m', 'aa I PP'],
    ['en', 'café', 'kk aa FF E I'],
    ['en', '3', 'TH RR I'],
    ['en', 'yes, we', 'I E SS sil U I'],
    ['es', 'chico', 'CH I kk O'],
    ['es', 'llama', 'I aa PP aa'],
    ['es', 'queso', 'kk E SS O'],
    ['es', 'guerra', 'kk E RR aa'],
    ['es', 'pingüino', 'PP I nn kk U I nn O'],
    ['es', 'hijo', 'I kk O'],
    ['es', 'zapato', 'TH aa PP aa DD O'],
    ['es-MX', 'zapato', 'SS aa PP aa DD O'],
    ['de', 'schön', 'CH U nn'],
    ['it', 'pizza', 'PP I SS aa'],
  ])('%s: %s', (language, text, shapes) => expect(shapesOf(text, language)).toBe(shapes))

  it('cannot read other scripts, and says nothing rather than a mouth at rest', () => {
    for (const text of ['東京', 'привет', 'hello 東京']) expect(shapesOf(text, 'en')).toBe('')
    expect(shapesOf('… — !', 'en')).toBe('')
  })

  it('lie within their words in order, with rests in the pauses, for any text and times', () => {
    const word = fc.record({
      text: fc.oneof(
        fc.string(),
        fc.string({ unit: 'grapheme' }),
        fc.stringMatching(/^[a-zñ' 0-9,.]{0,30}$/),
      ),
      gapMs: fc.nat(300),
      lengthMs: fc.nat(900),
    })
    fc.assert(
      fc.property(fc.array(word), fc.constantFrom('en', 'es-AR', 'de', 'x'), (words, language) => {
        let atMs = 0
        const timed = words.map(({ text, gapMs, lengthMs }) => {
          const startMs = atMs + gapMs
          atMs = startMs + lengthMs
          return { text, startMs, endMs: atMs }
        })
        let lastMs = 0
        for (const { viseme, startMs, endMs } of visemesOfWords(timed, language)) {
          expect(visemes).toContain(viseme)
          expect(startMs).toBeGreaterThanOrEqual(lastMs)
          expect(endMs).toBeGreaterThan(startMs)
          lastMs = endMs
        }
        expect(lastMs).toBeLessThanOrEqual(atMs + 1e-6)
      }),
    )
  })

  it('reads a word of a million letters in no time', () => {
    expect(shapesOf('strength'.repeat(125_000), 'en').length).toBeGreaterThan(10)
  })

  it('keeps the time of each letter where a voice tells it', () => {
    const letters = [...'shy!'].map((char, at) => ({ char, startMs: at * 100, endMs: at * 100 + 100 }))
    expect(visemesOfLetters(letters, 'en')).toEqual([
      { viseme: 'CH', startMs: 0, endMs: 200 },
      { viseme: 'aa', startMs: 200, endMs: 260 },
      { viseme: 'I', startMs: 260, endMs: 300 },
    ])
    expect(visemesOfLetters([{ char: '京', startMs: 0, endMs: 100 }], 'en')).toEqual([])
  })
})
