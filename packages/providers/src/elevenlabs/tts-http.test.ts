import { openElevenLabsSim } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { failureOf } from '../conformance/rig.test-kit.js'
import { vendorBench } from '../wire/vendor-bench.test-kit.js'
import { eventually, rigFor, say } from '../wire/vendor-rig.test-kit.js'
import { elevenLabs } from './index.js'

const { simFor, voiceOf } = vendorBench<
  NonNullable<Parameters<typeof openElevenLabsSim>[0]>,
  Awaited<ReturnType<typeof openElevenLabsSim>>
>(elevenLabs, openElevenLabsSim, { tts: { model: 'some-model', voice: 'some-voice', transport: 'http' } })

const text = 'Hola, ¿qué tal? 你好 🙂.'

describe('ElevenLabs speech over HTTP', () => {
  it('speaks with words, whether their times go on or begin anew', async () => {
    for (const relativeTimes of [false, true]) {
      const sim = await simFor({ relativeTimes })
      const voice = voiceOf(rigFor(sim))
      const said = await say(voice, { text, language: 'es', expression: { emotion: 'sad' } })
      expect(said.heard).toBe(text)
      expect(said.words.map(each => each.text)).toEqual(['Hola,', '¿qué', 'tal?', '你好', '🙂.'])
      const starts = said.words.map(({ startMs }) => Math.round(startMs))
      expect(starts).toEqual([0, 140, 300, 420, 580])
      expect(sim.complaints).toEqual([])
    }
  })

  it('speaks without words where none are wanted', async () => {
    const voice = voiceOf(rigFor(await simFor()), { wordTimes: false })
    const said = await say(voice, { text: 'one two' })
    expect(said.heard).toBe('one two')
    expect(said.words.map(({ endMs }) => endMs).at(-1)).toBe(said.soundMs)
  })

  it('ends the request on a cancel', async () => {
    const sim = await simFor()
    sim.behave({ everyMs: 1 })
    const voice = voiceOf(rigFor(sim))
    const stop = new AbortController()
    for await (const part of voice.speak({ text: 'a long story not heard', language: 'en' }, stop.signal))
      if (part.kind === 'audio') stop.abort()
    await eventually(() => sim.counts.open === 0)
  })

  it.each([
    ['limited', 'first', 'provider_limited'],
    ['unauthorised', 'connect', 'provider_refused'],
    ['failing', 'connect', 'provider_failed'],
    ['drop', 'middle', /provider_(failed|unreachable)/],
    ['close', 'middle', 'provider_failed'],
    ['garbage', 'middle', 'provider_failed'],
  ] as const)('turns %s at %s into %s', async (kind, stage, code) => {
    const sim = await simFor()
    const voice = voiceOf(rigFor(sim))
    sim.behave({ fault: { kind, stage } })
    expect((await failureOf(say(voice, { text: 'one two three four five' }))).code).toMatch(code)
  })

  it('names what is wrong with a request', async () => {
    const voice = voiceOf(rigFor(await simFor()))
    const error = await failureOf(say(voice, { text: '🙂', voice: '..' }))
    expect(error.code).toBe('provider_rejected')
  })
})
