import { ParleyError } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Answer, type FarEnd, fakeReasoner, liveRig, RATE } from './live-rig.test-kit.js'

const act = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('sound' as const), ms: fc.constantFrom(20, 100, 200) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('silence' as const), ms: fc.constantFrom(20, 100) }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('said' as const), ms: fc.nat({ max: 90_000 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('heard' as const), ms: fc.nat({ max: 90_000 }) }) },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 3_000 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('ask' as const, 'prepare' as const), ms: fc.constant(0) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom('cut' as const, 'takes' as const), ms: fc.constant(0) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('lost' as const, 'ready' as const),
      ms: fc.nat({ max: 90_000 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('delegate' as const, 'decide' as const),
      ms: fc.constant(0),
    }),
  },
)

const levels = (answer: Answer) =>
  answer.parts
    .flatMap(part => (part.kind === 'audio' ? [part.samples[0] ?? 0] : []))
    .filter(level => level !== 0)

describe('the live engine, whatever comes', () => {
  it('gives each sound once, in order, and leaves nothing behind when it is closed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 60 }), async acts => {
        const reasoner = fakeReasoner()
        const rig = liveRig({ reasoner })
        const sure = new Set<Answer>()
        const gone = new Set<FarEnd>()
        let level = 100
        for (const { kind, ms } of acts) {
          const { last } = rig.model
          if (kind === 'sound')
            last.emit({ kind: 'audio', samples: new Int16Array((RATE * ms) / 1000).fill(++level) })
          if (kind === 'silence') last.emit({ kind: 'audio', samples: new Int16Array((RATE * ms) / 1000) })
          if (kind === 'said' || kind === 'heard')
            last.emit({ kind, text: ' word', startMs: ms, endMs: ms + 50 })
          if (kind === 'wait') await rig.clock.advance(ms)
          if (kind === 'ask') sure.add(rig.ask())
          // A session has one answer under way: another that is prepared takes its place.
          if (kind === 'prepare') {
            rig.answers.at(-1)?.cut()
            rig.ask({}, false)
          }
          if (kind === 'cut') rig.answers.at(-1)?.cut()
          if (kind === 'takes') rig.takes = !rig.takes
          if (kind === 'lost') gone.add(last)
          if (kind === 'lost')
            last.emit({ kind, error: new ParleyError('provider_failed', 'gone', { retryable: true }) })
          if (kind === 'ready') last.emit({ kind, expiresAtMs: rig.clock.now() + ms })
          if (kind === 'delegate') last.emit({ kind: 'delegation', id: `d${level}`, atMs: 0 })
          if (kind === 'decide') reasoner.answer('so it is')
          await rig.clock.advance(0)
        }
        for (const answer of rig.answers) {
          const given = levels(answer)
          expect(given).toEqual([...new Set(given)].sort((one, other) => one - other))
          expect(answer.parts.filter(({ kind }) => kind === 'decision').length).toBeLessThanOrEqual(1)
          const untils = answer.untils.map(untilMs => untilMs ?? 0)
          expect(untils).toEqual([...untils].sort((one, other) => one - other))
        }
        const once = [...sure].flatMap(levels)
        expect(once).toHaveLength(new Set(once).size)
        await rig.link.close()
        await rig.clock.advance(0)
        expect(rig.answers.every(({ over }) => over)).toBe(true)
        expect(rig.clock.pending).toBe(0)
        expect(rig.model.ends.every(end => end.closed || gone.has(end))).toBe(true)
      }),
      { numRuns: 200 },
    )
  }, 60_000)
})
