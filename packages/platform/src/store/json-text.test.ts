import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isStorable, toJsonText } from './json-text.js'

it('is JSON without anything PostgreSQL refuses, and otherwise the same value', () => {
  const text = fc.string({
    unit: fc.constantFrom('\0', '\\', 'u0000', '"', '\ud83d', '\ude42', '\udc00', 'é', '\n'),
  })
  fc.assert(
    fc.property(text, value => {
      const back = JSON.parse(toJsonText({ [value]: [value] })) as Record<string, string[]>
      const expected = value.replace(/\0|\p{Surrogate}/gu, '\ufffd')
      expect(back).toEqual({ [expected]: [expected] })
      expect(isStorable(expected)).toBe(true)
      expect(isStorable(value)).toBe(value === expected)
    }),
    { numRuns: 1000 },
  )
})
