import fc from 'fast-check'
import { expect, it } from 'vitest'
import { thoughtFilter } from './thought-filter.js'

function filtered(pieces: readonly string[]): string {
  const filter = thoughtFilter()
  return pieces.map(piece => filter.feed(piece)).join('') + filter.end()
}

function cut(text: string, cuts: readonly number[]): string[] {
  const at = [0, ...cuts.map(each => each % (text.length + 1)).sort((a, b) => a - b), text.length]
  return at.slice(1).map((end, index) => text.slice(at[index], end))
}

it('takes a thought out wherever the pieces are cut', () => {
  const inside = fc.string().filter(text => !text.includes('</think>'))
  const behind = fc.string().map(text => `a${text}`)
  fc.assert(
    fc.property(inside, behind, fc.array(fc.nat(200)), (thought, text, cuts) => {
      expect(filtered(cut(`\n<think>${thought}</think>\n\n${text}`, cuts))).toBe(text)
    }),
  )
})

it('leaves every text alone that does not begin with a thought', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.nat(200)), (text, cuts) => {
      fc.pre(!text.trimStart().startsWith('<think>'))
      expect(filtered(cut(text, cuts))).toBe(text)
    }),
  )
  expect(filtered(['Say <think>', 'x</think>'])).toBe('Say <think>x</think>')
  expect(filtered(['<thi', 'nner'])).toBe('<thinner')
})

it('says nothing of a thought that never ends', () => {
  expect(filtered(['<think>', 'on and on', '</thi'])).toBe('')
})
