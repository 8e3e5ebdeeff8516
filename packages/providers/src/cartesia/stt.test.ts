import { openCartesiaSim, VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { misfitsOf } from '../conformance/protocol-schema.test-kit.js'
import { vendorBench } from '../wire/vendor-bench.test-kit.js'
import { eventually, rigFor, tellingKey } from '../wire/vendor-rig.test-kit.js'
import { cartesia } from './index.js'

const { simFor, ear } = vendorBench<
  NonNullable<Parameters<typeof openCartesiaSim>[0]>,
  Awaited<ReturnType<typeof openCartesiaSim>>
>(cartesia, openCartesiaSim, { stt: { model: 'some-model' } })

describe('Cartesia told where speech ends', () => {
  it('gives partials, a final with its place on the media time, then finished', async () => {
    const sim = await simFor()
    const heard = ear(rigFor(sim))
    heard.silence(500)
    heard.jump(10_000)
    heard.stream.begin(10_500)
    const first = heard.speak('hello there you')
    heard.stream.finish(first.endMs)
    await heard.until('finished')
    heard.stream.begin(first.endMs)
    const second = heard.speak('señor 你好')
    heard.stream.finish(second.endMs)
    await heard.until('finished', 2)
    expect(heard.texts('final')).toEqual(['hello there you', 'señor 你好'])
    expect(heard.texts('partial').length).toBeGreaterThan(0)
    const final = heard.events.find(event => event.kind === 'final')
    expect(final).toMatchObject({ startMs: 10_500, words: [{ text: 'hello', startMs: 10_500 }, {}, {}] })
    expect(heard.events.filter(({ kind }) => kind === 'finished')).toEqual([
      { kind: 'finished', atMs: first.endMs },
      { kind: 'finished', atMs: second.endMs },
    ])
    expect(misfitsOf('cartesia/cartesia.strict', 'SttManualServerMessage')(sim.sent)).toEqual([])
    expect(sim.complaints).toEqual([])
  })

  it('answers finish where nothing was said', async () => {
    const heard = ear(rigFor(await simFor()))
    heard.silence(300)
    heard.stream.finish(300)
    await heard.until('finished')
    expect(heard.texts('final')).toEqual([])
  })

  it('hears what was said before the connection stood', async () => {
    const heard = ear(rigFor(await simFor()))
    heard.stream.begin(0)
    heard.stream.finish(heard.speak('at once').endMs)
    await heard.until('finished')
    expect(heard.texts('final')).toEqual(['at once'])
  })

  it('tells what it used once it has finished', async () => {
    const heard = ear(rigFor(await simFor()))
    heard.silence(1_000)
    heard.stream.finish(1_000)
    await heard.until('usage')
    expect(heard.events).toContainEqual({ kind: 'usage', audioMs: 1_000 })
  })

  it('is lost once, with a reason, and tells nothing afterwards', async () => {
    for (const [kind, code] of [
      ['drop', 'provider_failed'],
      ['limited', 'provider_limited'],
      ['garbage', 'provider_failed'],
      ['close', 'provider_failed'],
      ['expired', 'timeout'],
    ] as const) {
      const sim = await simFor()
      sim.behave({ fault: { kind, stage: 'first' } })
      const heard = ear(rigFor(sim))
      heard.stream.finish(heard.speak('not heard').endMs)
      await heard.until('lost')
      heard.stream.finish(heard.speak('nor this').endMs)
      expect(heard.events.at(-1)).toMatchObject({ kind: 'lost', error: { code } })
    }
  })

  it('refuses options of turns where the gateway says where speech ends', () => {
    const create = () =>
      cartesia.stt?.create({ model: 'm', turnEndTimeoutMs: 2_000 }, rigFor({ baseUrl: '' }))
    expect(create).toThrow(/turnEndTimeoutMs/)
  })

  it('is lost when it is not answered in time', async () => {
    const clock = new VirtualClock()
    const sim = await simFor()
    sim.behave({ fault: { kind: 'hang', stage: 'first' } })
    const heard = ear(rigFor(sim, { clock }))
    heard.stream.finish(heard.speak('hello').endMs)
    await eventually(() => sim.counts.sockets === 1)
    for (let at = 0; at < 20; at++) await clock.advance(0)
    await clock.advance(5_000)
    expect(heard.events.at(-1)).toMatchObject({ kind: 'lost', error: { code: 'timeout' } })
    expect(clock.pending).toBeLessThanOrEqual(1)
  })

  it('tells the key that it was refused', async () => {
    const { keys, outcomes } = tellingKey()
    const heard = ear(rigFor(await simFor({ keys: ['another'] }), { keys }))
    await heard.until('lost')
    expect(outcomes).toEqual([{ kind: 'refused' }])
  })

  it('tells what it used when it is closed, whether or not anything was finished', async () => {
    const sim = await simFor()
    const heard = ear(rigFor(sim))
    heard.silence(300)
    heard.stream.finish(300)
    await heard.until('finished')
    heard.silence(700)
    heard.stream.close()
    expect(heard.events.at(-1)).toEqual({ kind: 'usage', audioMs: 700 })
  })

  it('tells nothing after close', async () => {
    const sim = await simFor()
    const heard = ear(rigFor(sim))
    heard.stream.finish(heard.speak('hello').endMs)
    heard.stream.close()
    const before = heard.events.length
    await eventually(() => sim.counts.open === 0)
    expect(heard.events.length).toBe(before)
  })
})

describe('Cartesia finding turns', () => {
  it('tells the turn as it goes and its text at the end', async () => {
    const sim = await simFor()
    const heard = ear(rigFor(sim), { turns: 'turns' })
    heard.silence(200)
    heard.stream.begin(200)
    const said = heard.speak('good morning everyone')
    heard.silence(400)
    heard.speak('again')
    heard.silence(700)
    await heard.until('final')
    expect(heard.texts('final')).toEqual(['good morning everyone again'])
    const signals = heard.events.flatMap(event => (event.kind === 'turn' ? [event.signal] : []))
    expect(signals.filter(signal => signal !== 'update')).toEqual([
      'start',
      'eager-end',
      'resume',
      'eager-end',
      'end',
    ])
    expect(heard.events.find(({ kind }) => kind === 'final')).toMatchObject({ startMs: 200 })
    heard.stream.finish(said.endMs)
    await heard.until('finished')
    expect(misfitsOf('cartesia/cartesia.strict', 'SttTurnsServerMessage')(sim.sent)).toEqual([])
    expect(misfitsOf('cartesia/cartesia.strict', 'SttTurnsClientMessage')(sim.received)).toEqual([])
    expect(sim.complaints).toEqual([])
  })

  it('takes what was understood for final when the end does not come, and only the rest later', async () => {
    const clock = new VirtualClock()
    const sim = await simFor()
    const heard = ear(rigFor(sim, { clock }), { turns: 'turns' })
    heard.stream.begin(0)
    const said = heard.speak('good morning everyone')
    heard.stream.finish(said.endMs)
    await heard.until('partial')
    await clock.advance(1_000)
    const first = heard.texts('final')
    expect(first).toHaveLength(1)
    expect(heard.events.at(-1)).toEqual({ kind: 'finished', atMs: said.endMs })
    heard.silence(700)
    await eventually(() => heard.events.some(event => event.kind === 'turn' && event.signal === 'end'))
    expect(heard.texts('final').join(' ').replaceAll('~', '')).toContain('good morning everyone'.slice(0, 4))
    expect(heard.texts('final').join(' ').split(' ').length).toBe(3)
  })

  it('answers finish where the vendor heard nothing', async () => {
    const clock = new VirtualClock()
    const heard = ear(rigFor(await simFor(), { clock }), { turns: 'turns' })
    heard.stream.begin(0)
    heard.silence(300)
    heard.stream.finish(300)
    await clock.advance(1_000)
    expect(heard.events).toContainEqual({ kind: 'finished', atMs: 300 })
  })
})
