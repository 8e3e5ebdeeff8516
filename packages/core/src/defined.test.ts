import { expect, it } from 'vitest'
import { defined } from './defined.js'

it('leaves out what is undefined, and keeps null, zero and the empty text', () => {
  const fields = defined({ a: undefined as string | undefined, b: null, c: 0, d: '' })
  expect(fields).toEqual({ b: null, c: 0, d: '' })
  expect(Object.keys(fields)).toEqual(['b', 'c', 'd'])
})
