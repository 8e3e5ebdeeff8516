import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitText } from './split-text.js'

describe('cutting a text that is too long', () => {
  it('leaves a short text whole', () => {
    expect(splitText(' Hello there. ', 20)).toEqual(['Hello there.'])
    expect(splitText('  ', 20)).toEqual([])
  })

  it('cuts behind a sentence rather than behind a word', () => {
    expect(splitText('One sentence here. And another one.', 24)).toEqual([
      'One sentence here.',
      'And another one.',
    ])
    expect(splitText('no sentence at all in here', 12)).toEqual(['no sentence', 'at all in', 'here'])
  })

  it('loses nothing but white space, keeps the limit and cuts no character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 200 }),
        fc.integer({ min: 2, max: 40 }),
        (text, most) => {
          const pieces = splitText(text, most)
          expect(pieces.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
          for (const piece of pieces) {
            expect(piece.length).toBeLessThanOrEqual(most)
            expect(piece).not.toBe('')
            expect(/\p{Cs}/u.test(piece)).toBe(false)
          }
        },
      ),
    )
  })
})
