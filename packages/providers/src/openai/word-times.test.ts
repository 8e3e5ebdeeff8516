import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wordTimes } from './word-times.js'

const token = (text: string, startMs: number, endMs: number) => ({ text, startMs, endMs })

describe('times of words as written', () => {
  it('joins the tokens of a word and leaves out punctuation', () => {
    const times = wordTimes('Well-known, don’t you think?')
    const tokens = [
      token('Well', 0, 100),
      token('-', 100, 100),
      token('known', 100, 300),
      token(',', 300, 300),
      token('don’t', 400, 600),
      token('you', 600, 700),
    ]
    expect(times.take(tokens)).toEqual([
      token('Well-known,', 0, 300),
      token('don’t', 400, 600),
      token('you', 600, 700),
    ])
    expect(times.take([token('think', 800, 1_000), token('?', 1_000, 1_000)])).toEqual([
      token('think?', 800, 1_000),
    ])
    expect(times.rest(1_100)).toEqual([])
  })

  it('gives words the server has rewritten the time between their neighbours', () => {
    const times = wordTimes('It costs 25 € today.')
    const spoken = ['It', 'costs', 'twenty', 'five', 'euros', 'today'].map((text, at) =>
      token(text, at * 100, at * 100 + 100),
    )
    expect(times.take(spoken)).toEqual([
      token('It', 0, 100),
      token('costs', 100, 200),
      token('25', 200, 350),
      token('€', 350, 500),
      token('today.', 500, 600),
    ])
  })

  it('waits with a word that is not complete, and gives the last ones the rest of the sound', () => {
    const times = wordTimes('one two 😀 🎉')
    expect(times.take([token('one', 0, 100), token('tw', 100, 200)])).toEqual([token('one', 0, 100)])
    expect(times.rest(600)).toEqual([token('two', 100, 200), token('😀', 200, 400), token('🎉', 400, 600)])
  })

  it('gives every written word once and in order, whatever the tokens are', () => {
    const text = fc.array(fc.string({ unit: 'grapheme', maxLength: 6 }), { maxLength: 12 })
    const pieces = fc.array(
      fc.tuple(fc.string({ unit: 'grapheme', maxLength: 6 }), fc.nat(1_000), fc.nat(1_000)),
      {
        maxLength: 20,
      },
    )
    fc.assert(
      fc.property(text, pieces, fc.boolean(), (parts, tokens, own) => {
        const written = parts.join(' ')
        const times = wordTimes(written)
        const said = own ? parts.map((part, at) => token(part, at * 10, at * 10 + 10)) : []
        const given = [...said, ...tokens.map(([word, from, to]) => token(word, from, to))].flatMap(each =>
          times.take([each]),
        )
        given.push(...times.rest(2_000))
        expect(given.map(each => each.text)).toEqual(written.split(/\s+/).filter(word => word !== ''))
        let untilMs = 0
        for (const { startMs, endMs } of given) {
          expect(startMs).toBeGreaterThanOrEqual(untilMs)
          expect(endMs).toBeGreaterThanOrEqual(startMs)
          untilMs = endMs
        }
      }),
    )
  })
})
