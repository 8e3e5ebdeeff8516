import { describe, expect, it } from 'vitest'
import { heardWords, resumeLoss, wordDistance, wordsOf } from './heard-words.js'

const words = wordsOf([
  { text: 'one ', untilMs: 100 },
  { text: 'two three ', untilMs: 300 },
  { text: 'four', untilMs: 400 },
])
const piece = (fromMs: number, untilMs: number, startMs = fromMs) => ({
  reply: 'r',
  fromMs,
  startMs,
  durationMs: untilMs - fromMs,
})

describe('the words of a reply', () => {
  it('share the time of their piece by length', () => {
    expect(words.map(({ text, untilMs }) => [text, Math.round(untilMs)])).toEqual([
      ['one', 100],
      ['two', 180],
      ['three', 300],
      ['four', 400],
    ])
  })

  it('are heard when all of them was', () => {
    expect(heardWords(words, [piece(0, 290)]).map(({ text }) => text)).toEqual(['one', 'two'])
    expect(heardWords(words, [piece(0, 150), piece(150, 300, 900)])).toHaveLength(3)
  })
})

describe('what a resume cost', () => {
  it('is nothing where the reply goes on where it stopped', () => {
    expect(resumeLoss(words, [piece(0, 150), piece(150, 400, 900)])).toEqual({
      lost: 0,
      twice: 0,
      repeatedMs: 0,
    })
  })

  it('is a word where more than a frame of it is missing', () => {
    expect(resumeLoss(words, [piece(0, 110), piece(150, 400, 900)]).lost).toBe(1)
    expect(resumeLoss(words, [piece(0, 110), piece(125, 400, 900)]).lost).toBe(0)
  })

  it('is a word heard twice where all of it came again', () => {
    const loss = resumeLoss(words, [piece(0, 190), piece(90, 400, 900)])
    expect([loss.lost, loss.twice, Math.round(loss.repeatedMs)]).toEqual([0, 1, 100])
  })

  it('does not count what was never reached', () => {
    expect(resumeLoss(words, [piece(0, 120)]).lost).toBe(0)
  })
})

describe('the distance of texts in words', () => {
  it('counts words left out, put in and changed', () => {
    expect(wordDistance('We open at nine.', 'we open at nine')).toBe(0)
    expect(wordDistance('we open', 'we open at nine')).toBe(2)
    expect(wordDistance('', 'we open')).toBe(2)
    expect(wordDistance('we opened at nine', 'we open at nine')).toBe(1)
  })
})
