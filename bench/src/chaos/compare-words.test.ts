import { describe, expect, it } from 'vitest'
import { compareWords, isClean } from './compare-words.js'

const text = ['one', 'two', 'three']

describe('the count of words that came', () => {
  it('is clean only for every word once and in order', () => {
    expect(isClean(compareWords(text, text))).toBe(true)
    expect(isClean(compareWords(text, ['two', 'one', 'three']))).toBe(false)
  })

  it('tells what was repeated, missing and cut', () => {
    expect(compareWords(text, ['one', 'tw~', 'one', 'three'])).toEqual({
      ...{ repeated: 1, missing: 1, garbled: 1, inOrder: true },
    })
  })
})
