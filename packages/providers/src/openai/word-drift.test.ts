import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wordDrift } from './word-drift.js'

describe('how far a reading strays', () => {
  it.each([
    ['Good morning, señor Müller.', 'good morning señor Müller', 0],
    ['It costs 25 €.', 'It costs twenty-five euros.', 0],
    ['The answer is no.', 'The answer is certainly no.', 1],
    ['The answer is no.', 'The answer is.', 1],
    ['What time is it?', 'It is noon.', 5],
  ])('%j said as %j strays by %i', (asked, said, drift) => {
    expect(wordDrift(asked, said)).toBe(drift)
  })

  it('is nothing for a text read as written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), text => {
        expect(wordDrift(text, text)).toBe(0)
      }),
    )
  })
})
