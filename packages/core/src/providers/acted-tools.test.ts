import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json } from '../turn/history.js'
import { actedIn, stateOfActed } from './acted-tools.js'

describe('what tools did for a reply', () => {
  const calls = [{ id: 'a', name: 'book', arguments: { at: '20:00' } }]

  it('comes back from the state as it was', () => {
    const exchange = { text: '', calls, results: [{ id: 'a', text: 'Booked.', failed: false }] }
    expect(actedIn(stateOfActed([exchange]))).toEqual([exchange])
  })

  it('is bounded, and a call without a result failed', () => {
    const long = { id: 'b', text: `${'x'.repeat(999)}😀`, failed: false }
    const big = { id: 'b', name: 'f', arguments: { text: 'y'.repeat(2_000) } }
    const kept = actedIn(stateOfActed([{ text: '', calls: [...calls, big], results: [long] }]))
    expect(kept[0]?.results[0]).toMatchObject({ text: '', failed: true })
    const text = `${'x'.repeat(999)} (cut here, 1 characters are missing)`
    expect(kept[1]).toMatchObject({ calls: [{ arguments: {} }], results: [{ text }] })
  })

  it('is nothing in a state of another kind, whatever that is', () => {
    expect(actedIn(undefined)).toEqual([])
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        for (const state of [value, { acted: value }, { acted: [value] }]) {
          for (const { calls, results } of actedIn(state as Json)) expect(calls).toHaveLength(results.length)
        }
      }),
    )
  })
})
