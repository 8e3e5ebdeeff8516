import type { SpeechToText, SttEvent, SttStream } from '@parley/core'
import { codeSpeech, openTranscribeSim, readSpeech } from '@parley/sim'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRig, type Rig } from '../conformance/rig.test-kit.js'
import { until } from '../conformance/voice-suite.test-kit.js'
import { transcribe } from './index.js'
import { languageCode } from './language-code.js'
import { transcript } from './transcript.js'

await import('@aws-sdk/client-transcribe-streaming')

const account = { region: 'us-east-1', credentials: { accessKeyId: 'AKIDSIM', secretAccessKey: 'hush' } }
const rate = 16_000
const frameMs = 20

describe('Amazon Transcribe', () => {
  let rig: Rig<SpeechToText>
  let events: SttEvent[]
  let stream: SttStream
  /** Sound of each request, as the vendor heard it. */
  let heard: string[]

  async function open(options: object = {}, language = 'en'): Promise<void> {
    heard = []
    rig = await openRig<SpeechToText>({
      name: 'transcribe',
      openSim: given =>
        openTranscribeSim({
          ...given,
          keys: ['AKIDSIM'],
          brains: {
            ...given.brains,
            async hear(samples, sampleRate) {
              const speech = readSpeech(samples, sampleRate)
              heard.push(speech.text)
              return speech
            },
          },
        }),
      create(context) {
        const recogniser = transcribe.stt?.create({ ...account, ...options }, context)
        if (recogniser === undefined) throw new Error('no recogniser')
        return recogniser
      },
    })
    events = []
    stream = rig.provider.open({ language, clock: rig.clock, onEvent: event => events.push(event) })
  }

  beforeEach(() => open())
  afterEach(async () => {
    stream.close()
    await rig.close()
  })

  /** Frames of this sound, in their time. */
  async function hear(samples: Int16Array, atMs: number): Promise<void> {
    const size = (rate * frameMs) / 1000
    for (let at = 0; at < samples.length; at += size) {
      stream.hear({ samples: samples.slice(at, at + size), rate, atMs: atMs + (at * 1000) / rate })
      await rig.clock.advance(frameMs)
    }
  }

  const silence = (ms: number) => new Int16Array((rate * ms) / 1000)
  const finals = () => events.flatMap(event => (event.kind === 'final' ? [event] : []))
  const kinds = () => events.map(({ kind }) => kind).filter(kind => kind !== 'partial')
  const done = (times: number) =>
    rig.pump(until(() => events.filter(({ kind }) => kind === 'finished').length === times))

  it('loses and doubles no word when speech goes on while the last words are still awaited', async () => {
    rig.sim.behave({ firstMs: 400, everyMs: 100 })
    const first = codeSpeech('one two', rate).samples
    const second = codeSpeech('three four', rate).samples
    stream.begin(0)
    await hear(first, 0)
    const endMs = (first.length * 1000) / rate
    await hear(silence(200), endMs)
    stream.finish(endMs)
    // Speech has begun 60 ms before anyone notices.
    await hear(second.slice(0, (rate * 60) / 1000), endMs + 200)
    stream.begin(endMs + 200)
    await hear(second.slice((rate * 60) / 1000), endMs + 260)
    const secondEndMs = endMs + 200 + (second.length * 1000) / rate
    stream.finish(secondEndMs)
    await done(2)
    expect(finals().map(({ text }) => text)).toEqual(['one two', 'three four'])
    expect(Math.abs((finals()[1]?.startMs ?? 0) - (endMs + 200))).toBeLessThan(25)
    expect(kinds()).toEqual(['final', 'usage', 'finished', 'final', 'usage', 'finished'])
    expect(rig.sim.complaints).toEqual([])
  })

  it('revises what it has heard until it is final, and times every word', async () => {
    const { samples, words } = codeSpeech('I said, yes.', rate)
    stream.begin(1_000)
    await hear(samples, 1_000)
    await hear(silence(100), 1_000 + (samples.length * 1000) / rate)
    stream.finish(2_000)
    await done(1)
    expect(events.flatMap(event => (event.kind === 'partial' ? [event.text] : []))).toEqual([
      'I',
      'I said,',
      'I said, yes.',
    ])
    const [final] = finals()
    expect(final?.words?.map(({ text }) => text)).toEqual(['I', 'said,', 'yes.'])
    for (const [index, { startMs, endMs }] of (final?.words ?? []).entries()) {
      expect(Math.abs(startMs - 1_000 - (words[index]?.startMs ?? 0))).toBeLessThan(3)
      expect(Math.abs(endMs - 1_000 - (words[index]?.endMs ?? 0))).toBeLessThan(3)
    }
    expect(final?.confidence).toBeCloseTo(0.9)
  })

  it('opens nothing while nobody speaks', async () => {
    await hear(silence(2_000), 0)
    expect(rig.sim.counts.requests).toBe(0)
    stream.finish(2_000)
    expect(events).toEqual([{ kind: 'finished', atMs: 2_000 }])
  })

  it('keeps a request alive with silence when no sound comes', async () => {
    const { samples } = codeSpeech('before', rate)
    stream.begin(0)
    await hear(samples, 0)
    await rig.pump(rig.clock.sleep(40_000), 500)
    const more = codeSpeech('after', rate).samples
    await hear(more, 40_000)
    stream.finish(40_000 + (more.length * 1000) / rate)
    await done(1)
    expect(finals().map(({ text }) => text)).toEqual(['before', 'after'])
    expect(Math.abs((finals()[1]?.startMs ?? 0) - 40_000)).toBeLessThan(3)
    expect(rig.sim.complaints).toEqual([])
  })

  it('is lost when the last words do not come in time', async () => {
    rig.sim.behave({ fault: { kind: 'hang', stage: 'first' } })
    stream.begin(0)
    await hear(codeSpeech('one', rate).samples, 0)
    stream.finish(200)
    await rig.pump(
      until(() => events.some(({ kind }) => kind === 'lost')),
      100,
    )
    expect(events.at(-1)).toMatchObject({ kind: 'lost', error: { code: 'timeout', retryable: true } })
  })

  it('says what it sent of sound, as it is billed', async () => {
    stream.begin(0)
    await hear(silence(500), 0)
    stream.finish(500)
    await done(1)
    expect(events).toEqual([
      { kind: 'usage', audioMs: 500 },
      { kind: 'finished', atMs: 500 },
    ])
  })

  it('leaves nothing behind after a hundred turns', async () => {
    for (let turn = 0; turn < 100; turn++) {
      stream.begin(turn * 1_000)
      stream.hear({ samples: silence(20), rate, atMs: turn * 1_000 })
      stream.finish(turn * 1_000 + 20)
      if (turn % 2 === 0) await done(turn + 1)
    }
    await done(100)
    await rig.pump(until(() => rig.sim.counts.open === 0))
    expect(rig.clock.pending).toBe(0)
    expect(rig.sim.counts.requests).toBe(100)
  })

  it.each([
    ['the session’s language', {}, 'es-MX'],
    ['one it is told', { languageCode: 'es-ES', stability: 'high', vocabulary: 'names' }, 'en'],
    ['one of several it finds itself', { identifyLanguages: ['en-US', 'es-US'] }, 'en'],
  ])('asks for %s in the way the vendor wants it', async (_, options, language) => {
    stream.close()
    await rig.close()
    await open(options, language)
    stream.begin(0)
    await hear(codeSpeech('hola', rate).samples, 0)
    stream.finish(300)
    await done(1)
    expect(finals().map(({ text }) => text)).toEqual(['hola'])
    expect(rig.sim.complaints).toEqual([])
  })

  it('refuses two ways to name a language', () => {
    const wrong = { languageCode: 'en-US', identifyLanguages: ['en-US', 'es-US'] }
    expect(() => transcribe.stt?.create(wrong, {} as never)).toThrow(
      expect.objectContaining({ code: 'bad_config' }),
    )
  })
})

describe('a transcript', () => {
  const result = (ResultId: string, IsPartial: boolean, Transcript: string, StartTime = 0) => ({
    ResultId,
    IsPartial,
    StartTime,
    EndTime: StartTime + 1,
    Alternatives: [{ Transcript }],
  })

  it('makes what is left open final, in order, and hears no result again', () => {
    const lines = transcript(ms => ms + 500)
    expect(
      lines.take([result('a', true, 'one'), result('b', true, 'two', 2)]).map(({ kind }) => kind),
    ).toEqual(['partial', 'partial'])
    expect(lines.take([result('b', false, 'two!', 2), result('b', true, 'late', 2)])).toMatchObject([
      { kind: 'final', text: 'two!', startMs: 2_500 },
    ])
    expect(lines.end()).toMatchObject([{ kind: 'final', text: 'one', startMs: 500, endMs: 1_500 }])
    expect(lines.end()).toEqual([])
  })

  it('ends with one final for each result, the last that was said of it, whatever the order', () => {
    const revision = fc.record({
      id: fc.integer({ min: 0, max: 4 }),
      text: fc.stringMatching(/^[a-z]{1,5}$/),
    })
    fc.assert(
      fc.property(fc.array(revision, { maxLength: 30 }), revisions => {
        const lines = transcript(ms => ms)
        const last = new Map<number, string>()
        for (const { id, text } of revisions) {
          lines.take([result(String(id), true, text, id)])
          last.set(id, text)
        }
        const expected = [...last].sort(([one], [other]) => one - other).map(([, text]) => text)
        expect(lines.end().map(({ text }) => text)).toEqual(expected)
      }),
    )
  })
})

describe('a language code', () => {
  it.each([
    ['en', 'en-US'],
    ['es-MX', 'es-MX'],
    ['pt_br', 'pt-BR'],
    ['zh-Hans-CN', 'zh-CN'],
    ['xx', 'xx'],
  ])('of %s is %s', (tag, code) => expect(languageCode(tag)).toBe(code))
})
