import { describe, expect, it } from 'vitest'
import { TurnBook } from './turn-book.js'

function bookOf(...spans: readonly (readonly [number, number | undefined])[]) {
  let count = 0
  const book = new TurnBook({ next: prefix => `${prefix}_${++count}` })
  for (const [startMs, endMs] of spans) {
    const turn = book.open('speech', startMs)
    if (endMs !== undefined) turn.commit(endMs)
  }
  return book
}

describe('words', () => {
  it('belong to the turn in which they ended, also when the next one begins right after', () => {
    const book = bookOf([0, 1_000], [1_300, undefined])
    expect(book.spokenAt(1_000)?.id).toBe('trn_1')
    expect(book.spokenAt(1_040)?.id).toBe('trn_1')
    expect(book.spokenAt(1_290)?.id).toBe('trn_2')
    expect(book.spokenAt(60_000)?.id).toBe('trn_2')
  })

  it('may lie half a second outside, by the rounding of a recogniser', () => {
    const book = bookOf([1_000, 2_000])
    expect(book.spokenAt(2_500)?.id).toBe('trn_1')
    expect(book.spokenAt(500)?.id).toBe('trn_1')
    expect(book.spokenAt(2_501)).toBeUndefined()
    expect(book.spokenAt(499)).toBeUndefined()
  })

  it('spoken over the agent belong to no turn', () => {
    expect(bookOf([0, 1_000], [9_000, undefined]).spokenAt(5_000)).toBeUndefined()
  })
})
