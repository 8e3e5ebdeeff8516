import type { SpeechPart } from '@parley/core'
import { openCartesiaSim, VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { misfitsOf } from '../conformance/protocol-schema.test-kit.js'
import { failureOf } from '../conformance/rig.test-kit.js'
import { vendorBench } from '../wire/vendor-bench.test-kit.js'
import { eventually, rigFor, say, tellingKey } from '../wire/vendor-rig.test-kit.js'
import { cartesia } from './index.js'

const { simFor, voiceOf } = vendorBench<
  NonNullable<Parameters<typeof openCartesiaSim>[0]>,
  Awaited<ReturnType<typeof openCartesiaSim>>
>(cartesia, openCartesiaSim, { tts: { model: 'some-model', voice: 'some-voice' } })

describe('Cartesia speech', () => {
  it('speaks a text with its words as written, each before its sound', async () => {
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim), { wordsWaitMs: 10_000 })
    const said = await say(voice, { text: 'Hola, ¿qué tal? 你好 🙂.', language: 'es-MX' })
    expect(said.heard).toBe('Hola, ¿qué tal? 你好 🙂.')
    expect(said.words.map(({ text }) => text)).toEqual(['Hola,', '¿qué', 'tal?', '你好', '🙂.'])
    expect(said.characters).toBe([...'Hola, ¿qué tal? 你好 🙂.'].length)
    let soundMs = 0
    let knownMs = 0
    for (const part of said.parts) {
      if (part.kind === 'word') knownMs = part.endMs
      if (part.kind !== 'audio') continue
      const startMs = soundMs
      soundMs += (part.samples.length * 1000) / voice.sampleRate
      if (knownMs < (said.words.at(-1)?.endMs ?? 0)) expect(startMs).toBeLessThan(knownMs)
    }
    expect(sim.complaints).toEqual([])
    expect(sim.received[0]?.message).toMatchObject({ language: 'es', voice: 'some-voice' })
  })

  it('keeps to the protocol in both directions', async () => {
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim))
    await say(voice, { text: 'One two.', reply: 'r1', expression: { emotion: 'cheerful', speed: 1.2 } })
    await say(voice, { text: 'Three.', reply: 'r1', expression: { emotion: 'cheerful', speed: 1.2 } })
    await say(voice, { text: 'Four.' })
    expect(misfitsOf('cartesia/cartesia.strict', 'TtsWebsocketResponse')(sim.sent)).toEqual([])
    expect(misfitsOf('cartesia/cartesia.strict', 'TtsWebsocketClientEvent')(sim.received)).toEqual([])
    expect(misfitsOf('cartesia/cartesia.wire', 'TtsWebsocketClientEvent')(sim.received)).toEqual([])
    expect(sim.complaints).toEqual([])
  })

  it('speaks the clauses of one reply in one context, each with times of its own', async () => {
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim))
    const first = await say(voice, { text: 'One two.', reply: 'r1' })
    const second = await say(voice, { text: 'Three four.', reply: 'r1' })
    expect(first.heard).toBe('One two.')
    expect(second.heard).toBe('Three four.')
    expect(second.words[0]?.startMs).toBe(0)
    expect(second.words[1]?.endMs).toBeLessThanOrEqual(second.soundMs)
    const ids = new Set(sim.received.map(({ message }) => (message as { context_id: string }).context_id))
    expect(ids.size).toBe(1)
    expect(sim.counts.sockets).toBe(1)
  })

  it('speaks replies side by side on one socket without mixing them', async () => {
    const sim = await simFor()
    sim.behave({ everyMs: 1 })
    const voice = voiceOf(rigFor(sim))
    const texts = ['alpha beta gamma', 'one two three', 'red green blue']
    const said = await Promise.all(texts.map((text, index) => say(voice, { text, reply: `r${index}` })))
    expect(said.map(({ heard }) => heard)).toEqual(texts)
    expect(sim.counts.sockets).toBe(1)
  })

  it('gives a busy context no second clause', async () => {
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim))
    const said = await Promise.all(
      ['first part', 'second part'].map(text => say(voice, { text, reply: 'same' })),
    )
    expect(said.map(({ heard }) => heard)).toEqual(['first part', 'second part'])
    expect(sim.complaints).toEqual([])
  })

  it('cancels at once and drops the stray chunks', async () => {
    const sim = await simFor()
    sim.behave({ everyMs: 1 })
    const voice = voiceOf(rigFor(sim))
    const stop = new AbortController()
    const parts: SpeechPart[] = []
    const speaking = voice.speak({ text: 'a long story that is not heard', language: 'en' }, stop.signal)
    for await (const part of speaking) {
      if (stop.signal.aborted) parts.push(part)
      else if (part.kind === 'audio') stop.abort()
    }
    expect(parts).toEqual([])
    await eventually(() => sim.received.some(({ message }) => 'cancel' in (message as object)))
    const next = await say(voice, { text: 'next' })
    expect(next.heard).toBe('next')
    expect(sim.complaints).toEqual([])
  })

  it('ends a context that waits too long for another clause', async () => {
    const clock = new VirtualClock()
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim, { clock }))
    await say(voice, { text: 'One.', reply: 'r1' })
    await clock.advance(700)
    await eventually(() => sim.received.length === 3)
    expect(sim.received[2]?.message).toMatchObject({ transcript: '', continue: false })
    expect((await say(voice, { text: 'Two.', reply: 'r1' })).heard).toBe('Two.')
    expect(sim.complaints).toEqual([])
  })

  it('goes on when the context expires under a clause that was just sent', async () => {
    const simClock = new VirtualClock()
    const sim = await simFor({ clock: simClock })
    const voice = voiceOf(rigFor(sim), { keptContextMs: 600_000 })
    await say(voice, { text: 'One.', reply: 'r1' })
    await simClock.advance(1_000)
    const said = await say(voice, { text: 'Two three.', reply: 'r1' })
    expect(said.heard).toBe('Two three.')
    expect(said.words.map(({ text }) => text)).toEqual(['Two', 'three.'])
    expect(said.words[0]?.startMs).toBe(0)
  })

  it('replaces a socket that was closed for idleness before the next use', async () => {
    for (const idleCloseCode of [1000, 1001]) {
      const simClock = new VirtualClock()
      const sim = await simFor({ clock: simClock, idleCloseCode })
      const rig = rigFor(sim)
      const voice = voiceOf(rig)
      await voice.warm?.()
      await say(voice, { text: 'One.' })
      await simClock.advance(300_000)
      await eventually(() => sim.counts.open === 0)
      expect((await say(voice, { text: 'Two.' })).heard).toBe('Two.')
      expect(sim.counts.sockets).toBe(2)
      expect(rig.warnings).toEqual([])
    }
  })

  it('closes a socket itself before the vendor would', async () => {
    const clock = new VirtualClock()
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim, { clock }))
    await say(voice, { text: 'One.' })
    await clock.advance(240_000)
    await eventually(() => sim.counts.open === 0 && clock.pending === 0)
    expect((await say(voice, { text: 'Two.' })).heard).toBe('Two.')
  })

  it('names a voice by an object in versions before 2026-08-14', async () => {
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim), { version: '2026-03-01' })
    expect((await say(voice, { text: 'One.' })).heard).toBe('One.')
    expect(sim.complaints).toEqual([])
  })

  it('says emotion, speed and loudness in the words of the vendor', async () => {
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim))
    for (const emotion of ['neutral', 'low', 'high', 'detached', 'angry'] as const)
      await say(voice, { text: 'One.', expression: { emotion, speed: 2 } })
    await say(voice, { text: 'One.', expression: { style: 'whisper' } })
    await say(voice, { text: 'One.' })
    const configs = sim.received.map(
      ({ message }) => (message as { generation_config?: object }).generation_config,
    )
    expect(configs).toEqual([
      { emotion: 'neutral', speed: 1.5 },
      { emotion: 'contemplative', speed: 1.5 },
      { emotion: 'enthusiastic', speed: 1.5 },
      { emotion: 'distant', speed: 1.5 },
      { emotion: 'angry', speed: 1.5 },
      { volume: 0.5 },
      undefined,
    ])
    expect(sim.complaints).toEqual([])
  })

  it('tells the key what became of it', async () => {
    const sim = await simFor({ keys: ['secret-key'] })
    const good = tellingKey()
    await say(voiceOf(rigFor(sim, { keys: good.keys })), { text: 'One.' })
    expect(good.outcomes).toEqual([{ kind: 'fine' }])
    const refusing = await simFor({ keys: ['another'] })
    const bad = tellingKey()
    const error = await failureOf(say(voiceOf(rigFor(refusing, { keys: bad.keys })), { text: 'One.' }))
    expect(error.code).toBe('provider_refused')
    expect(error.message).not.toContain('secret-key')
    expect(bad.outcomes).toEqual([{ kind: 'refused' }])
  })

  const faults = [
    ['refuse', 'connect', 'provider_unreachable'],
    ['limited', 'connect', 'provider_limited'],
    ['failing', 'connect', 'provider_failed'],
    ['garbage', 'connect', 'provider_unreachable'],
    ['drop', 'first', 'provider_failed'],
    ['drop', 'middle', 'provider_failed'],
    ['garbage', 'middle', 'provider_failed'],
    ['limited', 'first', 'provider_limited'],
    ['failing', 'middle', 'provider_failed'],
    ['unauthorised', 'first', 'provider_refused'],
    ['close', 'middle', 'provider_failed'],
    ['expired', 'middle', 'timeout'],
  ] as const
  it.each(faults)('turns %s at %s into %s, and recovers', async (kind, stage, code) => {
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim))
    sim.behave({ fault: { kind, stage, times: 1 } })
    const error = await failureOf(say(voice, { text: 'One two three.' }))
    expect(error.code).toBe(code)
    expect((await say(voice, { text: 'Four.' })).heard).toBe('Four.')
  })

  it('does not wait for ever for a connection, a first output or the next', async () => {
    for (const [stage, ms] of [
      ['connect', 5_000],
      ['first', 5_000],
      ['middle', 5_000],
    ] as const) {
      const clock = new VirtualClock()
      const sim = await simFor()
      const voice = voiceOf(rigFor(sim, { clock }))
      sim.behave({ fault: { kind: 'hang', stage, times: 1 } })
      const speaking = failureOf(say(voice, { text: 'One two three.' }))
      if (stage === 'connect') await eventually(() => clock.pending >= 2)
      else await eventually(() => sim.received.length > 0 && (stage === 'first' || sim.sent.length >= 2))
      for (let at = 0; at < 20; at++) await clock.advance(0)
      await clock.advance(ms)
      expect((await speaking).code).toBe('timeout')
      expect((await say(voice, { text: 'Four.' })).heard).toBe('Four.')
      // A socket that is silent may be dead, so nothing new is begun on it.
      expect(sim.counts.sockets).toBe(stage === 'connect' ? 1 : 2)
    }
  })

  it('does not wait for ever for a first output on a socket that stands already', async () => {
    const clock = new VirtualClock()
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim, { clock }))
    await say(voice, { text: 'One.' })
    sim.behave({ fault: { kind: 'hang', stage: 'first', times: 1 } })
    const received = sim.received.length
    const speaking = failureOf(say(voice, { text: 'Two.' }))
    await eventually(() => sim.received.length > received)
    for (let at = 0; at < 20; at++) await clock.advance(0)
    await clock.advance(5_000)
    expect((await speaking).code).toBe('timeout')
  })

  it('tells who is over the limit of contexts', async () => {
    const sim = await simFor({ contexts: 1 })
    sim.behave({ everyMs: 1 })
    const voice = voiceOf(rigFor(sim))
    const [first, second] = await Promise.allSettled([
      say(voice, { text: 'one two three' }),
      say(voice, { text: 'four five six' }),
    ])
    expect(first.status).toBe('fulfilled')
    expect(second.status === 'rejected' && second.reason.code).toBe('provider_limited')
  })

  it('leaves nothing behind after many uses', async () => {
    const clock = new VirtualClock()
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim, { clock }))
    for (let index = 0; index < 200; index++) await say(voice, { text: 'o', reply: `r${index}` })
    await clock.advance(1_000)
    expect(clock.pending).toBe(1)
    expect(sim.counts.sockets).toBe(1)
    expect(sim.complaints).toEqual([])
  })
})
