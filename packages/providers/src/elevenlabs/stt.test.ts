import { openElevenLabsSim, VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { misfitsOf } from '../conformance/protocol-schema.test-kit.js'
import { scriptedWorld } from '../wire/scripted-socket.test-kit.js'
import { vendorBench } from '../wire/vendor-bench.test-kit.js'
import { eventually, rigFor, tellingKey } from '../wire/vendor-rig.test-kit.js'
import { elevenLabs } from './index.js'

const { simFor, ear } = vendorBench<
  NonNullable<Parameters<typeof openElevenLabsSim>[0]>,
  Awaited<ReturnType<typeof openElevenLabsSim>>
>(elevenLabs, openElevenLabsSim, { stt: { model: 'some-model' } })

describe('ElevenLabs recogniser', () => {
  it('gives partials, a final with its place on the media time, then finished', async () => {
    const sim = await simFor()
    const heard = ear(rigFor(sim), { keyterms: ['Parley'] })
    heard.silence(500)
    heard.jump(10_000)
    heard.stream.begin(10_500)
    const first = heard.speak('hello there you')
    heard.stream.finish(first.endMs)
    await heard.until('finished')
    heard.stream.begin(first.endMs)
    const second = heard.speak('señor 你好 and more')
    heard.stream.finish(second.endMs)
    await heard.until('finished', 2)
    expect(heard.texts('final')).toEqual(['hello there you', 'señor 你好 and more'])
    expect(heard.texts('partial').length).toBeGreaterThan(0)
    const finals = heard.events.filter(event => event.kind === 'final')
    expect(finals[0]).toMatchObject({ startMs: 10_500, words: [{ text: 'hello', startMs: 10_500 }, {}, {}] })
    expect(finals[1]).toMatchObject({ startMs: second.startMs })
    expect(heard.events.filter(({ kind }) => kind === 'finished')).toEqual([
      { kind: 'finished', atMs: first.endMs },
      { kind: 'finished', atMs: second.endMs },
    ])
    expect(misfitsOf('elevenlabs/elevenlabs.strict', 'ScribeServer')(sim.sent)).toEqual([])
    expect(misfitsOf('elevenlabs/elevenlabs.strict', 'ScribeClient')(sim.received)).toEqual([])
    expect(misfitsOf('elevenlabs/elevenlabs.wire', 'ScribeClient')(sim.received)).toEqual([])
    expect(sim.complaints).toEqual([])
  })

  it('adds silence to what is too short to be committed, and keeps its times', async () => {
    const sim = await simFor()
    const heard = ear(rigFor(sim))
    heard.stream.begin(0)
    const first = heard.speak('yes')
    heard.stream.finish(first.endMs)
    await heard.until('finished')
    heard.stream.begin(first.endMs)
    const second = heard.speak('no')
    heard.stream.finish(second.endMs)
    await heard.until('finished', 2)
    const finals = heard.events.filter(event => event.kind === 'final')
    expect(finals).toMatchObject([
      { text: 'yes', startMs: 0, endMs: 60 },
      { text: 'no', startMs: second.startMs },
    ])
    expect(sim.complaints).toEqual([])
  })

  it('works without the words of a text', async () => {
    const heard = ear(rigFor(await simFor()), { wordTimes: false })
    heard.stream.begin(0)
    const said = heard.speak('hello there you')
    heard.stream.finish(said.endMs)
    await heard.until('finished')
    expect(heard.events.find(({ kind }) => kind === 'final')).toEqual({
      kind: 'final',
      text: 'hello there you',
      startMs: 0,
      endMs: said.endMs,
    })
  })

  it('answers every finish, also where nothing new was said', async () => {
    const heard = ear(rigFor(await simFor()))
    heard.stream.finish(0)
    expect(heard.events).toEqual([{ kind: 'finished', atMs: 0 }])
    heard.silence(400)
    heard.stream.finish(400)
    heard.stream.finish(401)
    await heard.until('finished', 3)
    expect(heard.texts('final')).toEqual([])
    heard.stream.finish(402)
    expect(heard.events.at(-1)).toEqual({ kind: 'finished', atMs: 402 })
  })

  it('commits long silence before the vendor does', async () => {
    const sim = await simFor()
    const heard = ear(rigFor(sim), { silentCommitMs: 1_000 })
    heard.silence(2_500)
    await eventually(() => sim.sent.length >= 5)
    expect(heard.events.filter(({ kind }) => kind !== 'usage')).toEqual([])
    const commits = sim.received.filter(({ message }) => (message as { commit: boolean }).commit)
    expect(commits).toHaveLength(2)
  })

  it('takes a text that the vendor commits by itself', async () => {
    const sim = await simFor({ autoCommitMs: 500 })
    const heard = ear(rigFor(sim))
    heard.stream.begin(0)
    heard.speak('one two three four five six seven')
    await heard.until('final')
    expect(heard.events.some(({ kind }) => kind === 'finished')).toBe(false)
  })

  it('lives through a commit that was refused for its haste', async () => {
    const sim = await simFor({ commitMs: 2_000 })
    const heard = ear(rigFor(sim))
    const said = heard.speak('hello there')
    heard.stream.finish(said.endMs)
    await heard.until('finished')
    expect(
      heard.events.some(event => event.kind === 'error' && event.error.code === 'provider_limited'),
    ).toBe(true)
    heard.silence(2_000)
    heard.stream.finish(said.endMs + 2_000)
    await heard.until('final')
    expect(heard.texts('final')).toEqual(['hello there'])
  })

  it('takes a refused commit for the last and for none before it', async () => {
    const world = scriptedWorld()
    const heard = ear({ ...world.context, warnings: [] })
    await world.settle()
    const [socket] = world.sockets
    socket?.open()
    heard.stream.finish(heard.speak('one two three').endMs)
    heard.stream.finish(heard.speak('four five six').endMs)
    socket?.say({ message_type: 'commit_throttled', error: 'too soon' })
    expect(heard.events.map(({ kind }) => kind)).toEqual(['error'])
    socket?.say({ message_type: 'committed_transcript', text: 'One two three.' })
    socket?.say({ message_type: 'committed_transcript_with_timestamps', text: 'One two three.', words: [] })
    const kinds = heard.events.map(({ kind }) => kind).filter(kind => kind !== 'usage')
    expect(kinds).toEqual(['error', 'final', 'finished', 'finished'])
  })

  it.each([
    ['drop', 'provider_failed'],
    ['limited', 'provider_limited'],
    ['unauthorised', 'provider_refused'],
    ['garbage', 'provider_failed'],
    ['failing', 'provider_failed'],
    ['close', 'provider_failed'],
    ['expired', 'timeout'],
  ] as const)('is lost once on %s, as %s, and tells nothing afterwards', async (kind, code) => {
    const sim = await simFor()
    sim.behave({ fault: { kind, stage: 'first' } })
    const heard = ear(rigFor(sim))
    heard.stream.finish(heard.speak('not heard at all').endMs)
    await heard.until('lost')
    heard.stream.finish(heard.speak('nor this').endMs)
    expect(heard.events.at(-1)).toMatchObject({ kind: 'lost', error: { code } })
  })

  it('is lost when it is not answered in time', async () => {
    const clock = new VirtualClock()
    const sim = await simFor()
    sim.behave({ fault: { kind: 'hang', stage: 'first' } })
    const heard = ear(rigFor(sim, { clock }))
    heard.stream.finish(heard.speak('hello there').endMs)
    await eventually(() => sim.counts.sockets === 1)
    for (let at = 0; at < 20; at++) await clock.advance(0)
    await clock.advance(5_000)
    expect(heard.events.at(-1)).toMatchObject({ kind: 'lost', error: { code: 'timeout' } })
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
    heard.silence(700)
    await eventually(() => sim.received.length >= 7)
    heard.stream.close()
    expect(heard.events).toEqual([{ kind: 'usage', audioMs: 700 }])
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
