import { type LanguageModel, ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { account, drain, incidents, type Manner, mindOf, textOf } from './failover-rig.test-kit.js'
import { createResilientModel } from './resilient-model.js'

const text = 'The price is forty two dollars. It rose by three percent since noon. Anything else?'
const request = { userText: 'hi', history: [], language: 'en' }
const never = new AbortController().signal
const fail = (after: number) => ({ kind: 'fail', after }) as const

describe('several models as one', () => {
  it('answers as the first does while that works', async () => {
    const clock = new VirtualClock()
    const [one, other] = [account(), account()]
    const models = [mindOf({ text, clock, log: one }), mindOf({ text, clock, log: other })]
    const model = createResilientModel(models, { clock })
    expect(textOf(await drain(clock, model.stream(request, never)))).toBe(text)
    expect([one.uses, other.uses]).toEqual([1, 0])
  })

  it('lets the next answer where nothing was said', async () => {
    const clock = new VirtualClock()
    const { all, onIncident } = incidents()
    const models = [
      mindOf({ name: 'a', text, clock, fates: [fail(0)] }),
      mindOf({ name: 'b', text: 'Another answer.', clock }),
    ]
    const model = createResilientModel(models, { clock, onIncident })
    expect(textOf(await drain(clock, model.stream(request, never)))).toBe('Another answer.')
    expect(all.map(({ provider, action }) => `${provider} ${action}`)).toEqual(['a failed'])
  })

  it.each<Manner>(['exact', 'anew', 'sentence', 'last-words'])(
    'goes on mid-sentence, each word once, with one that goes on %s',
    async manner => {
      const clock = new VirtualClock()
      const models = [
        mindOf({ text, clock, fates: [fail(14)] }),
        mindOf({ text, clock, manner, pieces: [1, 5, 2] }),
      ]
      const model = createResilientModel(models, { clock })
      expect(textOf(await drain(clock, model.stream(request, never)))).toBe(text)
    },
  )

  it('goes on after a silence in the middle', async () => {
    const clock = new VirtualClock()
    const models = [
      mindOf({ text, clock, fates: [{ kind: 'hang', after: 9 }] }),
      mindOf({ text, clock, manner: 'exact' }),
    ]
    const model = createResilientModel(models, { clock, betweenMs: 700 })
    expect(textOf(await drain(clock, model.stream(request, never)))).toBe(text)
    expect(clock.now()).toBeLessThan(900)
  })

  it('asks the only one again where that may help, and where it may not, says so', async () => {
    const clock = new VirtualClock()
    const again = createResilientModel([mindOf({ text, clock, fates: [fail(0)] })], { clock })
    expect(textOf(await drain(clock, again.stream(request, never)))).toBe(text)
    const refused = createResilientModel(
      [mindOf({ text, clock, fates: [{ kind: 'refuse', after: 0 }, undefined] })],
      { clock },
    )
    await expect(drain(clock, refused.stream(request, never))).rejects.toThrow('told to fail')
  })

  it('ends the sentence when nobody can go on', async () => {
    const clock = new VirtualClock()
    const models = [mindOf({ text, clock, fates: [fail(4), fail(0), fail(0)] })]
    const model = createResilientModel(models, { clock, stopGap: '... sorry.' })
    expect(textOf(await drain(clock, model.stream(request, never)))).toBe('The price ... sorry.')
  })

  it('lets a whole call of a tool stand when the stream breaks after it', async () => {
    const clock = new VirtualClock()
    const call = { id: 'c1', name: 'price', arguments: {} }
    const broken: LanguageModel = {
      name: 'broken',
      async *stream() {
        yield { kind: 'tool-call', call }
        throw new ParleyError('provider_failed', 'gone', { retryable: true })
      },
    }
    const model = createResilientModel([broken, mindOf({ text, clock })], { clock })
    expect(await drain(clock, model.stream(request, never))).toEqual([{ kind: 'tool-call', call }])
  })

  it('adds what each of them has cost', async () => {
    const clock = new VirtualClock()
    const costly = (broken: boolean): LanguageModel => ({
      name: 'costly',
      async *stream() {
        yield { kind: 'usage', inputTokens: 10, outputTokens: 1 }
        yield { kind: 'text', text: 'One ' }
        if (broken) throw new ParleyError('provider_failed', 'gone')
      },
    })
    const model = createResilientModel([costly(true), costly(false)], { clock })
    const parts = await drain(clock, model.stream(request, never))
    expect(parts.filter(({ kind }) => kind === 'usage').at(-1)).toEqual({
      ...{ kind: 'usage', inputTokens: 20, outputTokens: 2 },
    })
  })

  it('starts a second beside a slow first and stops the loser at once', async () => {
    const clock = new VirtualClock()
    const [slow, quick] = [account(), account()]
    const models = [
      mindOf({ text, clock, firstMs: 10_000, log: slow }),
      mindOf({ text, clock, firstMs: 100, log: quick }),
    ]
    const model = createResilientModel(models, { clock, hedge: { afterMs: 400 }, firstMs: 20_000 })
    const stream = model.stream(request, never)
    const first = stream[Symbol.asyncIterator]().next()
    await clock.advance(499)
    expect(quick.uses).toBe(1)
    await clock.advance(2)
    expect((await first).value).toEqual({ kind: 'text', text: 'The ' })
    await clock.advance(10_000)
    expect(slow.open).toBe(0)
  })

  it('hedges no more than its share', async () => {
    const clock = new VirtualClock()
    const second = account()
    const models = [mindOf({ text: 'a', clock, firstMs: 900 }), mindOf({ text: 'b', clock, log: second })]
    const model = createResilientModel(models, { clock, hedge: { share: 0.1, burst: 1, afterMs: 100 } })
    for (let turn = 0; turn < 40; turn++) await drain(clock, model.stream(request, never))
    expect(second.uses).toBeGreaterThanOrEqual(4)
    expect(second.uses).toBeLessThanOrEqual(5)
  })

  it('stops at once when told, and blames nobody', async () => {
    const clock = new VirtualClock()
    const log = account()
    const { all, onIncident } = incidents()
    const model = createResilientModel([mindOf({ text, clock, log, fates: [{ kind: 'hang', after: 5 }] })], {
      clock,
      onIncident,
    })
    const stop = new AbortController()
    const drawing = drain(clock, model.stream(request, stop.signal))
    await clock.advance(10)
    stop.abort()
    const stoppedMs = clock.now()
    await drawing
    expect(clock.now() - stoppedMs).toBeLessThan(100)
    await clock.advance(60_000)
    expect(all).toEqual([])
    expect(log.open).toBe(0)
    expect(clock.pending).toBe(0)
  })

  it('rests one that failed, and returns to it after a probe', async () => {
    const clock = new VirtualClock()
    const { all, onIncident } = incidents()
    let probes = 0
    const log = account()
    const first = { ...mindOf({ name: 'a', text: 'A.', clock, log, fates: [{ kind: 'refuse', after: 0 }] }) }
    const probed = { ...first, warm: async () => void probes++ }
    const model = createResilientModel([probed, mindOf({ name: 'b', text: 'B.', clock })], {
      clock,
      onIncident,
    })
    const say = async () => textOf(await drain(clock, model.stream(request, never)))
    expect(await say()).toBe('B.')
    expect(await say()).toBe('B.')
    expect(log.uses).toBe(1)
    await clock.advance(40_000)
    expect(probes).toBe(1)
    expect(await say()).toBe('A.')
    expect(all.map(({ provider, action }) => `${provider} ${action}`)).toEqual([
      ...['a failed', 'a rested', 'a returned'],
    ])
    await model.close?.()
  })

  it('tries a provider again whose key was refused while it has another, and lets it not rest', async () => {
    for (const [other, said, actions] of [
      [true, text, ['failed']],
      [false, undefined, ['failed', 'rested']],
    ] as const) {
      const clock = new VirtualClock()
      const { all, onIncident } = incidents()
      const mind = mindOf({ text, clock, fates: [{ kind: 'refuse', after: 0 }] })
      const model = createResilientModel([mind], { clock, onIncident, hasOtherKey: () => other })
      const answer = await drain(clock, model.stream(request, never)).then(textOf, () => undefined)
      expect(answer).toBe(said)
      expect(all.map(({ action }) => action)).toEqual(actions)
    }
  })

  it('lets a provider rest for a moment whose every key seems to be refused', async () => {
    const clock = new VirtualClock()
    const { all, onIncident } = incidents()
    const refuse = { kind: 'refuse', after: 0 } as const
    const mind = mindOf({ text, clock, fates: [refuse, refuse] })
    const model = createResilientModel([mind], { clock, onIncident, hasOtherKey: () => true })
    await expect(drain(clock, model.stream(request, never))).rejects.toThrow('told to fail')
    expect(all.map(({ action }) => action)).toEqual(['failed', 'failed', 'rested'])
    await clock.advance(2_000)
    expect(textOf(await drain(clock, model.stream(request, never)))).toBe(text)
  })

  it('says every word of the text once and in order, whatever fails and when', async () => {
    const words = fc.array(fc.stringMatching(/^[a-zé]{1,9}[.,?]?$/), { minLength: 1, maxLength: 30 })
    const fate = fc.option(fc.record({ kind: fc.constantFrom('fail', 'hang'), after: fc.nat(40) } as const), {
      nil: undefined,
    })
    const mind = fc.record({
      pieces: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
      fates: fc.array(fate, { maxLength: 1 }),
      manner: fc.constantFrom<Manner>('exact', 'anew', 'sentence', 'last-words'),
      firstMs: fc.constantFrom(0, 0, 200, 1_500, 9_000),
    })
    await fc.assert(
      fc.asyncProperty(words, fc.array(mind, { maxLength: 4 }), mind, async (said, broken, last) => {
        // Words told apart by their place: two that are the same side by side cannot be told from a repetition.
        const whole = said.map((word, index) => `${index}${word}`).join(' ')
        const clock = new VirtualClock()
        const models = [...broken, { ...last, fates: [], firstMs: 100 }].map(each =>
          mindOf({ ...each, text: whole, clock }),
        )
        const model = createResilientModel(models, { clock, hedge: { share: 1, burst: 9, afterMs: 300 } })
        expect(textOf(await drain(clock, model.stream(request, never)))).toBe(whole)
        await model.close?.()
        await clock.advance(10_000)
        expect(clock.pending).toBe(0)
      }),
      { numRuns: 150 },
    )
  })
})
