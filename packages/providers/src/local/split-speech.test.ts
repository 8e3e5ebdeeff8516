import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitSpeech } from './split-speech.js'

describe('pieces of a text', () => {
  it('end with sentences', () => {
    expect(splitSpeech('Hello there. How are you? “Fine.” Dial 1.5 now')).toEqual([
      ['Hello', 'there.'],
      ['How', 'are', 'you?'],
      ['“Fine.”'],
      ['Dial', '1.5', 'now'],
    ])
  })

  it('of a long sentence end at a comma if there is one', () => {
    const [first] = splitSpeech(`${'word '.repeat(20)}word, ${'more '.repeat(30)}`)
    expect(first?.at(-1)).toBe('word,')
  })

  it('hold all words of any text in order, and none is long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 2_000 }), text => {
        const pieces = splitSpeech(text)
        expect(pieces.flat().join('')).toBe(text.replace(/\s+/g, ''))
        for (const piece of pieces) {
          expect(piece.length).toBeGreaterThan(0)
          expect(piece.join(' ').length).toBeLessThanOrEqual(200)
        }
      }),
    )
  })
})
