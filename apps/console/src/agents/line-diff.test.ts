import { describe, expect, it } from 'vitest'
import { diffLines, folded } from './line-diff.js'

const shown = (older: string, newer: string) =>
  diffLines(older, newer).map(({ kind, text }) => `${{ same: ' ', added: '+', removed: '-' }[kind]}${text}`)

describe('a difference of lines', () => {
  it('is what was taken out and put in, in order', () => {
    expect(shown('a\nb\nc\nd', 'a\nx\nc\nd\ne')).toEqual([' a', '-b', '+x', ' c', ' d', '+e'])
    expect(shown('a', 'a')).toEqual([' a'])
    expect(shown('', 'a')).toEqual(['-', '+a'])
  })

  it('gives each text back, with the numbers of its lines', () => {
    const [older, newer] = ['one\ntwo\n\nthree\ntwo', 'two\n\nzero\nthree\nfour\ntwo']
    const lines = diffLines(older, newer)
    const of = (side: 'before' | 'after') => lines.filter(line => line[side] !== undefined)
    expect(
      of('before')
        .map(({ text }) => text)
        .join('\n'),
    ).toBe(older)
    expect(
      of('after')
        .map(({ text }) => text)
        .join('\n'),
    ).toBe(newer)
    expect(of('after').map(({ after }) => after)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('of two large texts that share nothing is one block and another', () => {
    const text = (word: string) => Array.from({ length: 2_500 }, (_, at) => `${word} ${at}`).join('\n')
    const lines = diffLines(text('a'), text('b'))
    expect(lines.findIndex(({ kind }) => kind === 'added')).toBe(2_500)
  })

  it('folds what is far from every change', () => {
    const long = Array.from({ length: 20 }, (_, at) => String(at))
    const changed = long.with(10, 'x')
    const lines = folded(diffLines(long.join('\n'), changed.join('\n')), 2)
    expect(lines.map(line => (line.kind === 'fold' ? line.count : line.text))).toEqual([
      ...[8, '8', '9', '10', 'x', '11', '12', 7],
    ])
  })
})
