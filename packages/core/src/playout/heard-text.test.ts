import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { heardText, placeWords, saidText } from './heard-text.js'

const spoken = [
  { text: 'Your bill ', untilMs: 600 },
  { text: 'is thirty ', untilMs: undefined },
  { text: 'euros.', untilMs: 1_500 },
]

describe('what was heard of a text', () => {
  it('leaves out a word that was cut in the middle', () => {
    expect(
      heardText(
        [
          { text: 'hello ', untilMs: 300 },
          { text: 'world', untilMs: 700 },
        ],
        699,
        { totalMs: 700 },
      ),
    ).toBe('hello')
  })

  it('spreads words without a time over the sound between their neighbours', () => {
    const placed = placeWords(spoken, { totalMs: 1_500 })
    expect(placed.map(({ text }) => text.trim())).toEqual(['Your', 'bill', 'is', 'thirty', 'euros.'])
    expect(placed.at(-1)?.untilMs).toBe(1_500)
    expect(placed[1]?.untilMs).toBe(600)
  })

  it('keeps a space that comes by itself', () => {
    const parts = [
      { text: 'One.', untilMs: 300 },
      { text: ' ', untilMs: 320 },
      { text: 'Two', untilMs: 600 },
      { text: ' three', untilMs: 900 },
    ]
    expect(heardText(parts, 700, { totalMs: 900 })).toBe('One. Two')
  })

  it('closes an open end with the sound made so far', () => {
    expect(placeWords([{ text: 'one two', untilMs: undefined }], { totalMs: 1_000 }).at(-1)?.untilMs).toBe(
      1_000,
    )
  })

  it('grows word by word to the whole text and never shrinks', () => {
    const words = fc.array(
      fc.record({
        text: fc.stringMatching(/^[a-z]{1,8} $/),
        untilMs: fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: undefined }),
      }),
      { maxLength: 20 },
    )
    fc.assert(
      fc.property(words, line => {
        let before = ''
        for (let ms = 0; ms <= 5_000; ms += 250) {
          const now = heardText(line, ms, { totalMs: 5_000 })
          expect(now.startsWith(before)).toBe(true)
          before = now
        }
        expect(before).toBe(saidText(line))
      }),
    )
  })
})
