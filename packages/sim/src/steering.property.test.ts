import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { RUNS } from './random-world.test-kit.js'
import { converse, inventWorld } from './sim-world.js'

describe('whatever a far end steers', { timeout: RUNS * 1_000 }, () => {
  it('no conversation breaks or hangs: turns end, replies end once, and the floor comes to rest', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async seed => {
        const given = { ...inventWorld(seed), steers: true }
        const { talk, restingFloor } = await converse(given)
        expect(talk.of('warning').filter(({ code }) => code !== 'engine_failed')).toEqual([])
        if (given.acts.every(({ kind }) => kind !== 'hang-up')) expect(restingFloor).toBe('open')

        const started = talk.of('reply-started').map(({ reply }) => reply)
        expect(new Set(started).size).toBe(started.length)
        const ended = talk.of('reply-ended').map(({ reply }) => reply)
        expect([...ended].sort()).toEqual([...started].sort())
        const made = talk.of('reply-made').map(({ reply }) => reply)
        expect(new Set(made).size).toBe(made.length)
        for (const reply of made) expect(started).toContain(reply)
        for (const { reply } of talk.of('reply-discarded')) expect(started).not.toContain(reply)

        // A turn is committed once, or once more for each time that it went on.
        const times = (kind: 'turn-committed' | 'turn-reopened', turn: string) =>
          talk.of(kind).filter(each => each.turn === turn).length
        for (const turn of new Set(talk.of('turn-committed').map(each => each.turn)))
          expect(times('turn-committed', turn)).toBeLessThanOrEqual(1 + times('turn-reopened', turn))

        for (const { ledger } of talk.of('ledger')) {
          const sum = ledger.stages.reduce((total, { durationMs }) => total + durationMs, 0)
          expect(sum).toBeCloseTo(ledger.totalMs, 6)
        }
        expect(talk.engine.finished).toBe(talk.engine.started)
        // The last word on a reply is the last of its account.
        const last = new Map(talk.engine.told.map(({ reply }, at) => [reply, talk.engine.accounts[at]]))
        for (const reply of ended) expect(last.get(reply)?.final ?? true).toBe(true)
      }),
      { numRuns: Math.ceil(RUNS / 4) },
    )
  })
})
