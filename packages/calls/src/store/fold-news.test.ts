import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { legStatuses } from '../call.js'
import { type AttemptFold, type FoldedNews, foldNews, isEnd, momentsOf } from './fold-news.js'

const anyNews: fc.Arbitrary<FoldedNews> = fc
  .record(
    {
      atMs: fc.integer({ min: 1, max: 50 }),
      status: fc.constantFrom(...legStatuses),
      sequence: fc.integer({ min: 0, max: 5 }),
      answeredBy: fc.constantFrom('human', 'machine', 'fax', 'unknown'),
      durationSeconds: fc.integer({ min: 0, max: 9 }),
    },
    { requiredKeys: ['atMs'] },
  )
  .map(news => news as FoldedNews)

const folded = (all: readonly FoldedNews[]) => all.reduce(foldNews, {} as AttemptFold)

/** A list of news, and the same ones in another order with some of them again. */
const told = fc.array(anyNews, { maxLength: 8 }).chain(news =>
  fc.tuple(
    fc.constant(news),
    fc.shuffledSubarray([...news, ...news, ...news], {
      minLength: news.length * 3,
      maxLength: news.length * 3,
    }),
  ),
)

describe('the fold of news', () => {
  it('comes to the same attempt in any order and with any repetition', () => {
    fc.assert(
      fc.property(told, ([news, again]) => {
        expect(folded(again)).toEqual(folded(news))
      }),
    )
  })

  it('never takes an end back', () => {
    fc.assert(
      fc.property(fc.array(anyNews), anyNews, (before, late) => {
        const attempt = folded(before)
        fc.pre(isEnd(attempt.reached?.what))
        expect(isEnd(foldNews(attempt, late).reached?.what)).toBe(true)
      }),
    )
  })

  it('never puts the answer after the end', () => {
    fc.assert(
      fc.property(fc.array(anyNews), news => {
        const { answeredAtMs, endedAtMs } = momentsOf(folded(news))
        if (answeredAtMs !== undefined && endedAtMs !== undefined) {
          expect(answeredAtMs).toBeLessThanOrEqual(endedAtMs)
        }
      }),
    )
  })

  it('does not let a late ringing lower an answered attempt, whatever its number', () => {
    const answered = foldNews({}, { status: 'in-progress', sequence: 2, atMs: 10 })
    expect(foldNews(answered, { status: 'ringing', sequence: 9, atMs: 11 }).reached?.what).toBe('in-progress')
  })

  it('believes the higher number between two ends', () => {
    const ended = foldNews({}, { status: 'completed', sequence: 3, atMs: 10 })
    expect(foldNews(ended, { status: 'failed', sequence: 4, atMs: 11 }).reached?.what).toBe('failed')
  })

  it('knows a machine from what was unknown, and does not unknow it', () => {
    const machine = foldNews(
      { answerer: { what: 'unknown', sequence: 7 } },
      { answeredBy: 'machine', atMs: 1 },
    )
    expect(machine.answerer?.what).toBe('machine')
    expect(foldNews(machine, { answeredBy: 'unknown', sequence: 9, atMs: 2 }).answerer?.what).toBe('machine')
  })
})
