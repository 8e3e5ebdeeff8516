import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readNumber, spellDigits, spelledWords, spellNumber } from './numbers.js'
import { wordsOf } from './words.js'

const keysOf = (text: string) => wordsOf(text).map(word => word.key)

function readAll(text: string, language: string): string | undefined {
  const keys = keysOf(text)
  const number = readNumber(keys, 0, keys.length, language)
  return number !== undefined && number.next === keys.length ? number.figures : undefined
}

describe('numbers', () => {
  it.each([
    [21, 'en', 'twenty one'],
    [512, 'en', 'five hundred twelve'],
    [1_234, 'en', 'one thousand two hundred thirty four'],
    [16, 'es', 'dieciséis'],
    [31, 'es', 'treinta y uno'],
    [100, 'es', 'cien'],
    [101, 'es', 'ciento uno'],
    [1_000, 'es', 'mil'],
    [21_000, 'es', 'veintiún mil'],
  ])('spells %i in %s', (value, language, words) => {
    expect(spellNumber(value, language)).toBe(words)
  })

  it.each([
    ['one hundred and two', 'en', '102'],
    ['double five', 'en', '55'],
    ['oh', 'en', '0'],
    ['veintidós', 'es', '22'],
    ['doscientas', 'es', undefined],
    ['cuarenta y dos', 'es', '42'],
    ['y', 'es', undefined],
  ])('reads %j in %s', (text, language, figures) => {
    expect(readAll(text, language)).toBe(figures)
  })

  it.each(['en', 'es'])('reads back in %s every number it spells', language => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999 }), value => {
        expect(readAll(spellNumber(value, language) ?? '', language)).toBe(String(value))
      }),
    )
  })

  it('spells figures in a text, keeping leading zeros', () => {
    expect(spelledWords('press 5 for 042', 'en').map(word => word.key)).toEqual([
      ...['press', 'five', 'for', 'zero', 'four', 'two'],
    ])
    expect(spellDigits('10', 'es')).toBe('uno cero')
  })

  it('knows figures alone in other languages', () => {
    expect(spellNumber(5, 'fr')).toBeUndefined()
    expect(spelledWords('appuyez 5', 'fr').map(word => word.key)).toEqual(['appuyez', '5'])
  })
})
