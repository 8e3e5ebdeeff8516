import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writtenWords } from './written-words.js'

function all(text: string, reported: readonly (readonly [string, number, number])[], endMs: number) {
  const written = writtenWords(text)
  return [...reported.flatMap(word => written.place(...word)), ...written.rest(endMs)]
}

describe('written words', () => {
  it('keeps the marks that a vendor strips', () => {
    expect(
      all(
        '¿Qué tal, "Ana"?',
        [
          ['qué', 0, 200],
          ['tal', 200, 400],
          ['ana', 450, 700],
        ],
        800,
      ),
    ).toEqual([
      { kind: 'word', text: '¿Qué', startMs: 0, endMs: 200 },
      { kind: 'word', text: 'tal,', startMs: 200, endMs: 400 },
      { kind: 'word', text: '"Ana"?', startMs: 450, endMs: 700 },
    ])
  })

  it('joins a word that comes in parts', () => {
    expect(
      all(
        'a check-in now',
        [
          ['a', 0, 100],
          ['check', 100, 300],
          ['in', 300, 400],
          ['now', 400, 600],
        ],
        600,
      ).map(({ text, startMs, endMs }) => [text, startMs, endMs]),
    ).toEqual([
      ['a', 0, 100],
      ['check-in', 100, 400],
      ['now', 400, 600],
    ])
  })

  it('gives a number that was written out the time of its words', () => {
    expect(
      all(
        'pay 25 euros',
        [
          ['pay', 0, 100],
          ['twenty', 100, 300],
          ['five', 300, 500],
          ['euros', 500, 800],
        ],
        800,
      ).map(({ text, startMs, endMs }) => [text, startMs, endMs]),
    ).toEqual([
      ['pay', 0, 100],
      ['25', 100, 500],
      ['euros', 500, 800],
    ])
  })

  it('gives every written word once and in order, whatever is reported', () => {
    const word = fc.stringMatching(/^[a-z0-9¿é'.,-]{1,8}$/)
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.array(word, { maxLength: 12 }), (text, reported) => {
        const given = all(
          text.join(' '),
          reported.map((each, index) => [each, index * 100, index * 100 + 90] as const),
          reported.length * 100,
        )
        expect(given.map(each => each.text)).toEqual(text)
        for (const each of given) expect(each.endMs).toBeGreaterThanOrEqual(each.startMs)
      }),
    )
  })
})
