import type { SpeechPart } from '@parley/core'
import { openElevenLabsSim, VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { misfitsOf } from '../conformance/protocol-schema.test-kit.js'
import { failureOf } from '../conformance/rig.test-kit.js'
import { vendorBench } from '../wire/vendor-bench.test-kit.js'
import { eventually, rigFor, say, tellingKey } from '../wire/vendor-rig.test-kit.js'
import { elevenLabs } from './index.js'

const { simFor, voiceOf } = vendorBench<
  NonNullable<Parameters<typeof openElevenLabsSim>[0]>,
  Awaited<ReturnType<typeof openElevenLabsSim>>
>(elevenLabs, openElevenLabsSim, { tts: { model: 'some-model', voice: 'some-voice' } })

const text = 'Hola, ¿qué tal? 你好 🙂.'

describe('ElevenLabs speech on sockets', () => {
  it('speaks a text with its words as written, none of their sound before them', async () => {
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim), { wordsWaitMs: 10_000 })
    const said = await say(voice, { text, language: 'es-MX' })
    expect(said.heard).toBe(text)
    expect(said.words.map(each => each.text)).toEqual(['Hola,', '¿qué', 'tal?', '你好', '🙂.'])
    expect(said.characters).toBe([...text].length)
    let soundMs = 0
    let knownMs = 0
    for (const part of said.parts) {
      if (part.kind === 'word') knownMs = part.endMs
      if (part.kind !== 'audio') continue
      if (knownMs < (said.words.at(-1)?.endMs ?? 0)) expect(soundMs).toBeLessThan(knownMs)
      soundMs += (part.samples.length * 1000) / voice.sampleRate
    }
    expect(sim.complaints).toEqual([])
  })

  it('places words on the sound of the whole clause, not of a message', async () => {
    const voice = voiceOf(rigFor(await simFor()))
    const { words, soundMs } = await say(voice, { text: 'one two three' })
    // 20 ms a byte and 40 ms between words.
    expect(words.map(({ startMs, endMs }) => [Math.round(startMs), Math.round(endMs)])).toEqual([
      [0, 60],
      [100, 160],
      [200, 300],
    ])
    expect(soundMs).toBe(340)
  })

  it('keeps to the protocol in both directions', async () => {
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim), { stability: 0.4 })
    await say(voice, { text: 'One two.', expression: { emotion: 'excited', speed: 1.1 } })
    await say(voice, { text: 'Three.' })
    expect(misfitsOf('elevenlabs/elevenlabs.strict', 'TtsMultiServer')(sim.sent)).toEqual([])
    expect(misfitsOf('elevenlabs/elevenlabs.strict', 'TtsMultiClient')(sim.received)).toEqual([])
    expect(misfitsOf('elevenlabs/elevenlabs.wire', 'TtsMultiClient')(sim.received)).toEqual([])
    expect(sim.complaints).toEqual([])
    expect(sim.counts.sockets).toBe(1)
  })

  it('takes a final that carries an empty sound', async () => {
    const voice = voiceOf(rigFor(await simFor({ finals: 'with-audio' })))
    expect((await say(voice, { text: 'One two.' })).heard).toBe('One two.')
  })

  it('opens another socket for the sixth clause at once', async () => {
    const sim = await simFor()
    sim.behave({ everyMs: 1 })
    const voice = voiceOf(rigFor(sim))
    const texts = ['one', 'two', 'three', 'four', 'five', 'six', 'seven'].map(each => `${each} and more`)
    const said = await Promise.all(texts.map(each => say(voice, { text: each })))
    expect(said.map(({ heard }) => heard)).toEqual(texts)
    expect(sim.counts.sockets).toBe(2)
    expect(sim.complaints).toEqual([])
  })

  it('has a socket for each voice and language', async () => {
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim))
    await say(voice, { text: 'one', voice: 'a/b' })
    await say(voice, { text: 'uno', voice: 'a/b', language: 'es' })
    await say(voice, { text: 'one', voice: 'a/b' })
    expect(sim.counts.sockets).toBe(2)
    expect(new Set(sim.received.map(({ path }) => path))).toEqual(
      new Set(['/v1/text-to-speech/a%2Fb/multi-stream-input']),
    )
  })

  it('closes the context at once on a cancel and drops what strays', async () => {
    const sim = await simFor()
    sim.behave({ everyMs: 1 })
    const voice = voiceOf(rigFor(sim))
    const stop = new AbortController()
    const parts: SpeechPart[] = []
    for await (const part of voice.speak({ text: 'a long story not heard', language: 'en' }, stop.signal)) {
      if (stop.signal.aborted) parts.push(part)
      else if (part.kind === 'audio') stop.abort()
    }
    expect(parts).toEqual([])
    await eventually(() => sim.received.length === 4)
    expect(sim.received[3]?.message).toEqual({ context_id: 'id-1', close_context: true })
    expect((await say(voice, { text: 'next' })).heard).toBe('next')
    expect(sim.complaints).toEqual([])
  })

  it('counts a cancelled context until the vendor has ended it', async () => {
    const sim = await simFor({ contexts: 5 })
    sim.behave({ everyMs: 1 })
    const voice = voiceOf(rigFor(sim))
    const stop = new AbortController()
    const speaking = Array.from({ length: 5 }, (_, index) =>
      say(voice, { text: `a long story ${index}` }, stop.signal),
    )
    await eventually(() => sim.sent.length >= 5)
    stop.abort()
    await Promise.all(speaking)
    expect((await say(voice, { text: 'next' })).heard).toBe('next')
    expect(sim.complaints).toEqual([])
  })

  it('keeps an unused socket alive for a while, then closes it', async () => {
    const clock = new VirtualClock()
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim, { clock }), { languages: ['en'], idleMs: 100_000 })
    await voice.warm?.()
    await eventually(() => sim.counts.sockets === 1)
    for (let at = 0; at < 20; at++) await clock.advance(0)
    await clock.advance(30_000)
    await eventually(() => sim.received.length === 1)
    expect(sim.received[0]?.message).toEqual({ text: '' })
    await clock.advance(70_000)
    await eventually(() => sim.counts.open === 0)
    expect((await say(voice, { text: 'One.' })).heard).toBe('One.')
    expect(sim.complaints).toEqual([])
  })

  it('replaces a socket that the vendor closed for inactivity', async () => {
    const simClock = new VirtualClock()
    const sim = await simFor({ clock: simClock })
    const voice = voiceOf(rigFor(sim))
    await say(voice, { text: 'One.' })
    await simClock.advance(60_000)
    await eventually(() => sim.counts.open === 0)
    expect((await say(voice, { text: 'Two.' })).heard).toBe('Two.')
    expect(sim.counts.sockets).toBe(2)
  })

  it('tells the key what became of it', async () => {
    const { keys, outcomes } = tellingKey()
    const sim = await simFor({ keys: ['another'] })
    const error = await failureOf(say(voiceOf(rigFor(sim, { keys })), { text: 'One.' }))
    expect(error.code).toBe('provider_refused')
    expect(error.message).not.toContain('secret-key')
    expect(outcomes).toEqual([{ kind: 'refused' }])
  })

  const faults = [
    ['refuse', 'connect', 'provider_unreachable'],
    ['limited', 'connect', 'provider_limited'],
    ['failing', 'connect', 'provider_failed'],
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
    expect((await failureOf(say(voice, { text: 'One two three.' }))).code).toBe(code)
    expect((await say(voice, { text: 'Four.' })).heard).toBe('Four.')
  })

  it('does not wait for ever for a first output or the next', async () => {
    for (const stage of ['first', 'middle'] as const) {
      const clock = new VirtualClock()
      const sim = await simFor()
      const voice = voiceOf(rigFor(sim, { clock }))
      sim.behave({ fault: { kind: 'hang', stage, times: 1 } })
      const speaking = failureOf(say(voice, { text: 'One two three.' }))
      await eventually(() => sim.received.length === 3 && (stage === 'first' || sim.sent.length === 1))
      for (let at = 0; at < 20; at++) await clock.advance(0)
      await clock.advance(5_000)
      expect((await speaking).code).toBe('timeout')
      expect((await say(voice, { text: 'Four.' })).heard).toBe('Four.')
      // A socket that is silent may be dead, so nothing new is begun on it.
      expect(sim.counts.sockets).toBe(2)
    }
  })

  it('leaves nothing behind after many uses', async () => {
    const clock = new VirtualClock()
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim, { clock }))
    for (let index = 0; index < 200; index++) await say(voice, { text: 'o' })
    expect(clock.pending).toBe(1)
    expect(sim.counts.sockets).toBe(1)
    expect(sim.complaints).toEqual([])
  })
})
