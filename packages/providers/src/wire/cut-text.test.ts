import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cutText } from './cut-text.js'

const cut = (text: string, most: number) => cutText({ text, most, sizeOf: word => word.length })

describe('cutting a text', () => {
  it('falls at ends of sentences, else at commas, else between words, else in a word', () => {
    expect(cut('One two. Three four five.', 20)).toEqual(['One two.', 'Three four five.'])
    expect(cut('One, two three four five', 16)).toEqual(['One,', 'two three four', 'five'])
    expect(cut('one two three four', 9)).toEqual(['one two', 'three', 'four'])
    expect(cut('abcdefghij', 6)).toEqual(['abcde', 'fghij'])
    expect(cut(' \n ', 6)).toEqual([])
  })

  it('keeps every character, in order, and every piece within the limit', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 30, max: 60 }),
        (text, most) => {
          const pieces = cut(text, most)
          expect(pieces.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
          for (const piece of pieces) expect(piece.length).toBeLessThanOrEqual(most)
        },
      ),
    )
  })
})
