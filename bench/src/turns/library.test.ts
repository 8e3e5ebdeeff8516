import { seededRandom } from '@parley/sim'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Library, stretchPauses } from './clip.js'
import { loadLibrary } from './library.js'
import { drawCases, scenarioNames } from './scenarios.js'

let library: Library
beforeAll(async () => {
  library = await loadLibrary(8_000)
})

describe('the sounds of the score', () => {
  it('keep every speaker on one side', () => {
    const sides = new Map<string, Set<string>>()
    for (const { speaker, set } of library.clips) {
      sides.set(speaker, (sides.get(speaker) ?? new Set()).add(set))
    }
    expect([...sides].filter(([, sets]) => sets.size > 1)).toEqual([])
  })

  it('lie within their recordings', () => {
    for (const { id, samples, rate, onsetMs, offsetMs, pauses } of library.clips) {
      const edges = [0, onsetMs, ...pauses.flat(), offsetMs, (samples.length * 1000) / rate + 1]
      expect([id, ...edges]).toEqual([id, ...[...edges].sort((a, b) => a - b)])
    }
  })

  it.each(['tune', 'hold-out'] as const)('give every scenario something in the %s set', set => {
    const cases = drawCases({ library, set, random: seededRandom(1) })
    expect(scenarioNames.filter(name => !cases.some(({ scenario }) => scenario === name))).toEqual([])
  })

  it('are drawn alike with the same seed', () => {
    const draw = (seed: number) =>
      drawCases({ library, set: 'hold-out', random: seededRandom(seed) }).map(({ id }) => id)
    expect(draw(3)).toEqual(draw(3))
    expect(draw(3)).not.toEqual(draw(4))
  })

  it('have longer pauses where those are stretched, and all of their speech', () => {
    const turn = library.clips.find(({ kind, pauses }) => kind === 'turn' && pauses.length > 1)
    if (turn === undefined) throw new Error('There is no turn with two pauses.')
    const longer = stretchPauses(turn, 2.5)
    const lengths = (pauses: typeof turn.pauses) => pauses.map(([from, to]) => to - from)
    expect(lengths(longer.pauses)).toEqual(lengths(turn.pauses).map(ms => ms + Math.round(ms * 1.5)))
    const added =
      lengths(longer.pauses).reduce((a, b) => a + b) - lengths(turn.pauses).reduce((a, b) => a + b)
    expect((longer.samples.length - turn.samples.length) / 8).toBeCloseTo(added, 0)
    expect(longer.offsetMs).toBeCloseTo(turn.offsetMs + added, 6)
  })
})
