import { ParleyError, systemClock } from '@parley/core'
import { codedBrains, openElevenLabsSim, seededRandom } from '@parley/sim'
import { afterEach, describe, expect, it } from 'vitest'
import { eventually, type Rig, rigFor, say } from '../wire/vendor-rig.test-kit.js'
import { elevenLabs } from './index.js'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function simFor(options: Partial<Parameters<typeof openElevenLabsSim>[0]> = {}) {
  const sim = await openElevenLabsSim({
    clock: systemClock,
    random: seededRandom(1),
    brains: codedBrains(),
    ...options,
  })
  closing.push(() => sim.close())
  return sim
}

function voiceOf(rig: Rig, options: object = {}) {
  const voice = elevenLabs.tts?.create(
    { model: 'some-model', voice: 'some-voice', transport: 'http', ...options },
    rig,
  )
  if (voice === undefined) throw new Error('no voice')
  closing.push(() => voice.close())
  return voice
}

async function failureOf(speaking: Promise<unknown>): Promise<ParleyError> {
  try {
    await speaking
  } catch (error) {
    if (error instanceof ParleyError) return error
    throw error
  }
  throw new Error('it did not fail')
}

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
