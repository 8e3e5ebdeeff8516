import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { spellNumber } from '../scripted/numbers.js'
import { sumsIn } from './money.js'

const values = (text: string, language = 'en') => sumsIn(text, language).map(({ value }) => value)

describe('sums of money', () => {
  it.each([
    ['I want two hundred dollars back', [200]],
    ['it was $1,200', [1200]],
    ['it was $1,200.50, not $12', [1200.5, 12]],
    ['twelve hundred bucks', [1200]],
    ['a hundred and fifty pounds', [150]],
    ['one hundred twenty three thousand four hundred and five euros', [123_405]],
    ['two million US dollars', [2_000_000]],
    ['2.5 million dollars', [2_500_000]],
    ['$5k or $2m', [5000, 2_000_000]],
    ['5 grand in dollars, 5 grand dollars', [5000]],
    ['USD 300', [300]],
    ['300 USD', [300]],
    ['ninety nine dollars and fifty cents', [99.5]],
    ['one hundred point five dollars', [100.5]],
    ['ninety-nine cents', [0.99]],
    ['a two-hundred-dollar refund', [200]],
    ['hundreds of dollars', [100]],
    ['between 50 and 150 dollars', [150]],
    ['order 4500, room 12, at 8 o’clock', []],
    ['a thousand times thank you', []],
    ['dollars', []],
    ['', []],
  ])('in English: %s', (text, expected) => {
    expect(values(text)).toEqual(expected)
  })

  it.each([
    ['quiero doscientos euros', [200]],
    ['fueron 1.200,50 €', [1200.5]],
    ['fueron 1,200.50 pesos', [1200.5]],
    ['mil quinientos pesos', [1500]],
    ['dos mil quinientas libras', [2500]],
    ['ciento veintiún dólares', [121]],
    ['treinta y cinco euros', [35]],
    ['un millón doscientos mil pesos', [1_200_000]],
    ['dos millones de euros', [2_000_000]],
    ['doscientos mil millones de pesos', [200_000_000_000]],
    ['cien euros con cincuenta céntimos', [100.5]],
    ['ciento cinco coma cinco euros', [105.5]],
    ['miles de euros', [1000]],
    ['1 200 €', [1200]],
    ['el pedido 1200 de las once', []],
  ])('in Spanish: %s', (text, expected) => {
    expect(values(text, 'es')).toEqual(expected)
  })

  it('reads a word that is a number in one language only as that language does', () => {
    expect(values('once euros')).toEqual([])
    expect(values('once euros', 'es-MX')).toEqual([11])
    expect(values('once euros', 'de')).toEqual([11])
  })

  it('tells which currencies it may be', () => {
    expect(sumsIn('$5 or 5 euros', 'en').map(({ currencies }) => currencies.includes('MXN'))).toEqual([
      true,
      false,
    ])
  })

  it('reads every spelled number as its value', () => {
    const number = fc.integer({ min: 0, max: 999_999 })
    fc.assert(
      fc.property(number, fc.constantFrom('en', 'es'), (value, language) => {
        const name = language === 'en' ? 'dollars' : 'euros'
        expect(values(`so, ${spellNumber(value, language)} ${name}, yes`, language)).toEqual([value])
      }),
    )
  })

  it('reads figures with the separators of both languages', () => {
    const cents = fc.integer({ min: 0, max: 999_999_999 })
    const marks = fc.constantFrom([',', '.'], ['.', ','], ['', '.'], ['', ','], ['\u202f', ','])
    fc.assert(
      fc.property(cents, marks, fc.boolean(), (amount, [thousands = '', point = ''], isWhole) => {
        const whole = String(Math.floor(amount / 100)).replace(/\B(?=(\d{3})+$)/g, thousands)
        const written = isWhole ? whole : `${whole}${point}${String(amount % 100).padStart(2, '0')}`
        const expected = isWhole ? Math.floor(amount / 100) : amount / 100
        expect(values(`that is ${written} €.`)).toEqual([expected])
        expect(values(`that is €${written}.`, 'es')).toEqual([expected])
      }),
    )
  })

  it('never throws, and gives only numbers', () => {
    const piece = fc.constantFrom(
      '$',
      '€',
      '1.',
      ',5',
      'hundred',
      'mil',
      'y',
      'and',
      'k',
      'dollars',
      ' ',
      'de',
    )
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map(all => all.join('')),
      fc.array(piece).map(all => all.join(' ')),
    )
    fc.assert(
      fc.property(text, given => {
        for (const value of [...values(given), ...values(given, 'es')])
          expect(value).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
