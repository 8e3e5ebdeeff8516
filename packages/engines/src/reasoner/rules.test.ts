import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createPhraseMatch } from './phrase-match.js'
import { createRules } from './rules.js'

const rules = createRules([
  { name: 'refunds', words: ['refund*', 'money back', 'devolución'] },
  { name: 'big sums', amounts: { over: 100 } },
  { name: 'doubt', unsure: ['ich weiß nicht'] },
])

describe('rules', () => {
  it.each([
    ['I want a REFUND!', 'refunds'],
    ['any refunds? of 500 dollars', 'refunds'],
    ['give me my money-back', 'refunds'],
    ['quiero una devolucion', 'refunds'],
    ['it cost 150 dollars', 'big sums'],
    ['fueron ciento cincuenta euros', undefined],
    ['it cost 100 dollars', undefined],
    ['I have no money. Back to the rooms', 'refunds'],
    ['my refined tastes', undefined],
    ['', undefined],
  ])('by the words of the caller: %s', (text, expected) => {
    expect(rules.ruleFor(text, 'en')).toBe(expected)
  })

  it('read numbers in the language of the call', () => {
    expect(rules.ruleFor('fueron ciento cincuenta euros', 'es-ES')).toBe('big sums')
  })

  it('count a sum of the named currencies alone', () => {
    const euros = createRules([{ name: 'euros', amounts: { over: 10, currencies: ['EUR'] } }])
    expect(euros.ruleFor('20 euros', 'en')).toBe('euros')
    expect(euros.ruleFor('20 dollars', 'en')).toBeUndefined()
  })

  it('are asked in order', () => {
    const both = createRules([
      { name: 'one', words: ['tea'] },
      { name: 'two', words: ['tea', 'milk'] },
    ])
    expect(both.ruleFor('milk and tea', 'en')).toBe('one')
    expect(both.ruleFor('milk', 'en')).toBe('two')
  })

  it.each([
    ['I’m not sure about that.', 'doubt'],
    ['Hmm, I do not know. Maybe', 'doubt'],
    ["I'm not sure you heard me.", 'doubt'],
    ['Let me check that for you', 'doubt'],
    ['No estoy segura, la verdad.', 'doubt'],
    ['Pues no lo sé.', 'doubt'],
    ['Das, ich weiß nicht', 'doubt'],
    ['I know that.', undefined],
    ["If you don't know your number, say so.", undefined],
    ['No se preocupe, se lo digo.', undefined],
    ['Lo sé.', undefined],
    [`${'well '.repeat(25)} I don't know`, undefined],
  ])('find a doubt in the first words of an answer: %s', (said, expected) => {
    expect(rules.doubtIn(said)).toBe(expected)
  })

  it('find no doubt where none is asked for', () => {
    const none = createRules([{ name: 'refunds', words: ['refund'] }])
    expect(none.doubtIn("I don't know")).toBeUndefined()
    expect(none.doubts).toBe(false)
  })

  it('do not share a name', () => {
    expect(() =>
      createRules([
        { name: 'a', words: ['x'] },
        { name: 'a', unsure: true },
      ]),
    ).toThrow('"a"')
  })

  it('find a phrase whatever stands around it, and whatever its case and accents', () => {
    const word = fc.stringMatching(/^[a-záéíóúñ]{2,8}$/)
    const phrase = fc.array(word, { minLength: 1, maxLength: 3 })
    const around = fc.constantFrom('', ' ', ', ', '¡', '. ', ' — ')
    fc.assert(
      fc.property(phrase, fc.array(word), around, fc.array(word), (words, before, mark, after) => {
        const text = [before.join(' '), words.join(' ').toUpperCase().normalize('NFD'), after.join(' ')]
        expect(createPhraseMatch([words.join(' ')]).in(text.join(mark === '' ? ' ' : mark))).toBe(true)
      }),
    )
  })

  it('find no phrase in a part of a word', () => {
    const word = fc.stringMatching(/^[a-z]{2,8}$/)
    fc.assert(
      fc.property(word, fc.stringMatching(/^[a-z]{1,4}$/), (given, more) => {
        expect(createPhraseMatch([given]).in(`${given}${more}`)).toBe(false)
        expect(createPhraseMatch([`${given}*`]).in(`so ${given}${more}.`)).toBe(true)
      }),
    )
  })
})
