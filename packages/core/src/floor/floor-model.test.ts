/**
 * Model check of the floor: every order of everything that can really happen, breadth first until no new state comes.
 * The world around the table is small: an ear, one recogniser, one reply, two timers. A fault shows its shortest trace.
 */

import { describe, expect, it } from 'vitest'
import { explore, type Graph, type Move, type State, start } from './floor-world.test-kit.js'
import type { BargeIn } from './policy.js'

const floors = ['open', 'user', 'pause', 'thinking', 'agent', 'overlap']
const bargeIns: readonly BargeIn[] = ['any', 'words', 'none']
const vendors = ['evidence', 'decides'] as const
const keys = ['interrupt', 'ignore'] as const
const worlds = bargeIns.flatMap(bargeIn =>
  vendors.flatMap(vendor => keys.map(dtmf => ({ bargeIn, vendor, dtmf }))),
)
const named = (world: (typeof worlds)[number]) => Object.values(world).join(', ')

const steered = bargeIns.flatMap(bargeIn =>
  vendors.flatMap(vendor =>
    (['itself', 'asked'] as const).flatMap(answers =>
      (['dropped', 'kept'] as const).flatMap(overheard =>
        (['never', 'always', 'changes'] as const).map(
          told => [bargeIn, vendor, answers, overheard, told] as const,
        ),
      ),
    ),
  ),
)

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
      expect(lostIn(graph)).toEqual([])
    })
  }

  it('closes: the number of states is finite and small', () => {
    for (const world of worlds) expect(explore(start, world).states.length).toBeLessThan(2_000)
  })

  for (const [bargeIn, vendor, answers, overheard, told] of steered) {
    const world = { bargeIn, vendor, dtmf: 'interrupt', steers: { answers, overheard, told } } as const
    const graph = explore(start, world)
    const how = `${bargeIn}, ${vendor}, answers ${answers}, overheard ${overheard}, told ${told}`

    it(`breaks no rule for a far end that steers: ${how}`, () => {
      expect(graph.faults).toEqual([])
      expect(graph.states.length).toBeLessThan(6_000)
    })

    it(`comes back to open by what must come: ${how}`, () => {
      expect(lostIn(graph)).toEqual([])
    })
  }

  it('keeps every rule while a far end steers and who may interrupt changes', () => {
    const steers = { answers: 'asked', overheard: 'kept', told: 'changes' } as const
    const graph = explore(start, {
      bargeIn: 'any',
      vendor: 'evidence',
      dtmf: 'interrupt',
      changes: true,
      steers,
    })
    expect(graph.faults).toEqual([])
  })

  it('lets who could not interrupt change with the place in the reply, without a voice left low', () => {
    const graph = explore(start, { bargeIn: 'any', vendor: 'evidence', dtmf: 'interrupt', changes: true })
    expect(graph.faults).toEqual([])
  })
})

/** Traces of states from which what must come does not lead back to open. */
function lostIn(graph: Graph): readonly string[] {
  const rests = new Set(graph.states.filter(({ floor }) => floor === 'open').map(state => key(state)))
  for (let grown = true; grown; ) {
    grown = false
    for (const { from, to, move } of graph.edges) {
      if (!due.includes(move.name) || rests.has(from) || !rests.has(to)) continue
      rests.add(from)
      grown = true
    }
  }
  return graph.states.filter(state => !rests.has(key(state))).map(state => graph.trace(state))
}

function key(state: State): string {
  return JSON.stringify(state)
}
