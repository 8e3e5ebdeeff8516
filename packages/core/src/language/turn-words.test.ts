import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { en } from './en.js'
import { es } from './es.js'
import { turnWordsOf } from './index.js'
import { createTurnWords, type TurnWords } from './turn-words.js'
import type { WordLists } from './word-lists.js'

const english = turnWordsOf('en')
const spanish = turnWordsOf('es-MX')

describe('words of a turn', () => {
  it.each([
    'Mm-hm.',
    'uh-huh',
    'Yeah, yeah.',
    'yes, sir',
    'Right, okay!',
    'That’s right',
    'hmmmm',
    'no problem',
  ])('takes "%s" for a backchannel and no command', text => {
    expect(english.isBackchannel(text)).toBe(true)
    expect(english.hasCommand(text)).toBe(false)
  })

  it.each([
    'Ajá.',
    'sí, claro',
    'SÍ SÍ SÍ',
    'vale',
    'muy bien',
    'de acuerdo',
    'mm-hm',
    'si\u0301, sen\u0303or',
  ])('takes "%s" for a Spanish backchannel', text => expect(spanish.isBackchannel(text)).toBe(true))

  it.each(['', '…', 'yeah but', 'right now', 'okay I want another one', 'Sirius'])(
    'takes "%s" for no backchannel',
    text => expect(english.isBackchannel(text)).toBe(false),
  )

  it.each([
    'Stop!',
    'nooo',
    'yeah, hold on',
    'excuse me',
    'leave me alone',
    'okay but wait',
    'Wait, wait, wait',
  ])('finds a command in "%s"', text => expect(english.hasCommand(text)).toBe(true))

  it.each(['¡Cállate!', 'espere', 'un momento', 'sí, pero', 'déjame en paz', 'perdone'])(
    'finds a Spanish command in "%s"',
    text => expect(spanish.hasCommand(text)).toBe(true),
  )

  it.each([
    ['', 'empty'],
    ['um', 'filler'],
    ['I want, uh...', 'filler'],
    ['let me see', 'filler'],
    ['I would like', 'unfinished'],
    ['a table and', 'unfinished'],
    ['my number is five five five', 'number'],
    ['It is 555', 'number'],
    ['a table for two', 'plain'],
    ['yes', 'answer'],
    ['No, thank you.', 'answer'],
    ['I want to book a table', 'plain'],
    ['I want to book a table.', 'sentence'],
    ['I want to, and.', 'unfinished'],
    ['Where are you from?', 'sentence'],
    ['I was thinking —', 'unfinished'],
  ] as const)('"%s" ends as %s', (text, ending) => expect(english.ending(text)).toBe(ending))

  it.each([
    ['quiero reservar para', 'unfinished'],
    ['porque', 'unfinished'],
    ['pues', 'filler'],
    ['sí', 'answer'],
    ['si', 'answer'],
    ['digo que si', 'unfinished'],
    ['dieciséis treinta y', 'unfinished'],
    ['seis cinco cuatro', 'number'],
    ['quiero una mesa', 'plain'],
  ] as const)('"%s" ends as %s in Spanish', (text, ending) => expect(spanish.ending(text)).toBe(ending))

  it('keeps accents apart', () => {
    expect(spanish.ending('quiero saber qué')).toBe('plain')
    expect(spanish.ending('quiero saber que')).toBe('unfinished')
  })

  it('knows only sounds of an unknown language', () => {
    const words = turnWordsOf('fr')
    expect(words.language).toBe('und')
    expect(words.isBackchannel('mm-hm')).toBe(true)
    expect(words.isBackchannel('yes')).toBe(false)
    expect(words.ending('euh')).toBe('plain')
  })

  it('finds a language by its primary subtag', () => {
    expect([turnWordsOf('EN_us').language, turnWordsOf('es-419').language]).toEqual(['en', 'es'])
  })

  it('adds a language with one list', () => {
    const pt: WordLists = {
      language: 'pt',
      backchannels: ['aham', 'sim', 'claro', 'entendi'],
      commands: ['espera', 'pare', 'com licença'],
      fillers: ['é...', 'hã', 'deixa eu ver'],
      unfinished: ['e', 'o', 'para', 'porque', 'eu queria'],
      answers: ['não', 'obrigado'],
      numbers: ['um', 'dois', 'três'],
    }
    const words = createTurnWords(pt)
    expect(words.isBackchannel('sim, claro, mm-hm')).toBe(true)
    expect(words.hasCommand('Com licença')).toBe(true)
    expect(words.ending('eu queria')).toBe('unfinished')
    expect(words.ending('obrigado')).toBe('answer')
    expect(words.mask('eu queria Lisboa')).toBe('eu queria x')
  })
})

describe('masking', () => {
  it.each([
    ['My name is Ana Gómez, okay?', 'My name is x x, okay?'],
    ['four two four two', '0 0 0 0'],
    ['It is 4242.', 'It is 0000.'],
    ['one moment, five oh five', 'one moment, 0 0 0'],
    ['oh, oh', 'oh, oh'],
  ])('of "%s" leaves "%s"', (text, masked) => {
    expect(english.mask(text)).toBe(masked)
  })

  it('lists no number and no word outside the lists', () => {
    expect(['seven', '7', 'oh', 'Gómez', ''].filter(word => english.isListed(word))).toEqual([])
    expect(['yes', 'Hold', 'mm-hm', 'the'].every(word => english.isListed(word))).toBe(true)
  })

  const texts = ({ numbers, ...lists }: WordLists) =>
    fc
      .array(
        fc.tuple(
          fc.constantFrom(
            ...numbers,
            ...Object.values(lists).flat(),
            ...['Gómez', '555', '1', '𝟗', 'aʼ1', 'x', 'İx', 'don’t', "o'clock"],
          ),
          fc.constantFrom(' ', ' ', ', ', '. ', '? ', '-', '... '),
        ),
        { maxLength: 6 },
      )
      .map(parts => parts.flat().join(''))

  it.each<[string, TurnWords, WordLists]>([
    ['en', english, en],
    ['es', spanish, es],
  ])('changes no meaning for the floor (%s)', (_, words, lists) => {
    fc.assert(
      fc.property(texts(lists), text => {
        const masked = words.mask(text)
        expect(words.isBackchannel(masked)).toBe(words.isBackchannel(text))
        expect(words.hasCommand(masked)).toBe(words.hasCommand(text))
        expect(words.ending(masked)).toBe(words.ending(text))
        expect(words.mask(masked)).toBe(masked)
        expect(masked).not.toMatch(/[1-9]|Gómez/)
      }),
      { numRuns: 2_000 },
    )
  })
})
