/**
 * Model check of the floor: every order of everything that can really happen, breadth first until no new state comes.
 * The world around the table is small: an ear, one recogniser, one reply, two timers. A fault shows its shortest trace.
 */

import { describe, expect, it } from 'vitest'
import { explore, type Move, type State, start } from './floor-world.test-kit.js'
import type { BargeIn } from './policy.js'

const floors = ['open', 'user', 'pause', 'thinking', 'agent', 'overlap']
const bargeIns: readonly BargeIn[] = ['any', 'words', 'none']
const vendors = ['evidence', 'decides'] as const
const keys = ['interrupt', 'ignore'] as const
const worlds = bargeIns.flatMap(bargeIn =>
  vendors.flatMap(vendor => keys.map(dtmf => ({ bargeIn, vendor, dtmf }))),
)
const named = (world: (typeof worlds)[number]) => Object.values(world).join(', ')

/** Everything that must come in the end, whatever the caller and the vendors do. */
const due: readonly Move['name'][] = [
  'speech-end',
  'onset-lost',
  'endpoint',
  'judge',
  'audible',
  'ended',
  'pass',
  'stuck',
]

describe('the floor, in every order of what can happen', () => {
  for (const world of worlds) {
    const graph = explore(start, world)

    it(`breaks no rule: ${named(world)}`, () => {
      expect(graph.faults).toEqual([])
    })

    it(`reaches every floor: ${named(world)}`, () => {
      expect([...new Set(graph.states.map(({ floor }) => floor))].sort()).toEqual([...floors].sort())
    })

    it(`comes back to open from everywhere by what must come: ${named(world)}`, () => {
      const rests = new Set(graph.states.filter(({ floor }) => floor === 'open').map(state => key(state)))
      for (let grown = true; grown; ) {
        grown = false
        for (const { from, to, move } of graph.edges) {
          if (!due.includes(move.name) || rests.has(from) || !rests.has(to)) continue
          rests.add(from)
          grown = true
        }
      }
      const lost = graph.states.filter(state => !rests.has(key(state)))
      expect(lost.map(state => graph.trace(state))).toEqual([])
    })
  }

  it('closes: the number of states is finite and small', () => {
    for (const world of worlds) expect(explore(start, world).states.length).toBeLessThan(2_000)
  })

  it('lets who could not interrupt change with the place in the reply, without a voice left low', () => {
    const graph = explore(start, { bargeIn: 'any', vendor: 'evidence', dtmf: 'interrupt', changes: true })
    expect(graph.faults).toEqual([])
  })
})

function key(state: State): string {
  return JSON.stringify(state)
}
