import {
  type LanguageModel,
  ParleyError,
  type ReplyPart,
  type SpeechToText,
  type TextToSpeech,
} from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCascade } from './cascade.js'
import {
  drawAll,
  fakeCall,
  handClock,
  mindSaying,
  said,
  settle,
  setUp,
  signal,
  soundMs,
  spokenTurn,
  testStt,
  testVoice,
  turnOf,
  type VoiceLog,
} from './cascade-rig.test-kit.js'

describe('createCascade', () => {
  it('answers a typed turn with marks, words and sound in order', async () => {
    const { link } = await setUp()
    const parts = await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    expect(parts.flatMap(part => (part.kind === 'mark' ? [part.mark] : []))).toEqual([
      'final-text',
      'context',
      'first-token',
      'first-clause',
      'first-voice',
    ])
    expect(said(parts)).toBe('Hello there. How are you?')
    expect(soundMs(parts)).toBe(240)
  })

  it('places words in the sound of the whole reply', async () => {
    const { link } = await setUp()
    const parts = await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    const places = parts.flatMap(part => (part.kind === 'words' ? [[part.text, part.untilMs]] : []))
    expect(places).toEqual([
      ['Hello', 50],
      [' there.', 110],
      [' ', 120],
      ['How', 150],
      [' are', 180],
      [' you?', 220],
    ])
  })

  it('gives words without times, before their sound, when the voice has none', async () => {
    const voice = testVoice({ asked: [], open: 0 }, { timed: false })
    const { link } = await setUp({ voices: () => voice })
    const parts = await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    expect(parts.filter(part => part.kind !== 'mark').map(part => part.kind)).toEqual([
      ...['words', 'audio', 'audio', 'words', 'words', 'audio', 'audio'],
    ])
    expect(parts.find(part => part.kind === 'words')).toEqual({ kind: 'words', text: 'Hello there.' })
    expect(said(parts)).toBe('Hello there. How are you?')
  })

  it('shows the mouth in step with the sound, and nothing of a try that made none', async () => {
    let tries = 0
    const inner = testVoice({ asked: [], open: 0 })
    const voice: TextToSpeech = {
      ...inner,
      async *speak(speech, inner_) {
        tries++
        // Longer than the sound it is for, and for a sound that never comes.
        yield { kind: 'visemes', cues: [{ viseme: 'aa', startMs: 0, endMs: 65 }] }
        if (tries === 1) throw new ParleyError('voice_failed', 'told to fail')
        yield { kind: 'visemes', cues: [{ viseme: 'PP', startMs: 65, endMs: 200 }] }
        yield* inner.speak(speech, inner_)
        yield { kind: 'visemes', cues: [{ viseme: 'O', startMs: 900, endMs: 990 }] }
      },
    }
    const { link } = await setUp({ voices: () => voice })
    const parts = await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    const seen = parts.flatMap(part => {
      if (part.kind === 'audio') return [`${part.samples.length / 8} ms`]
      return part.kind === 'visemes' ? part.cues.map(cue => `${cue.viseme} ${cue.startMs}–${cue.endMs}`) : []
    })
    expect(tries).toBe(3)
    expect(seen).toEqual([...['aa 0–65', '60 ms', 'PP 65–200', '60 ms'], ...['60 ms', 'PP 200–320', '60 ms']])
  })

  it('makes one clause ahead of the one being played and no more', async () => {
    const { link, log } = await setUp({
      mind: mindSaying('One is here. Two is here. Three is here. Four is here.'),
    })
    const parts = link.reply(turnOf({ text: 'hi' }), signal())[Symbol.asyncIterator]()
    const draw = async () => (await parts.next()).value as ReplyPart | undefined
    while ((await draw())?.kind !== 'audio') await settle()
    await settle()
    expect(log.asked).toEqual(['One is here.', 'Two is here.'])
    let clauses = 1
    while (clauses < 2) if ((await draw())?.kind === 'words') clauses++
    await settle()
    while ((await draw())?.kind !== 'audio') await settle()
    await settle()
    expect(log.asked).toEqual(['One is here.', 'Two is here.', 'Three is here.'])
    await parts.return?.()
  })

  it('passes boundaries and sound to the recogniser and its transcripts to the session', async () => {
    const ear = testStt()
    const { link, observed } = await setUp({ stt: ear.stt })
    link.boundary?.({ kind: 'speech-start', atMs: 1_000 })
    link.hear({ samples: new Int16Array(320), rate: 16_000, atMs: 1_000 })
    link.boundary?.({ kind: 'speech-end', atMs: 2_000 })
    ear.event({ kind: 'partial', text: 'hel', startMs: 1_000, endMs: 1_500 })
    ear.final('hello', 1_000, 2_000)
    expect(ear.calls).toEqual(['begin 1000', 'hear', 'finish 2000'])
    expect(observed).toEqual([
      { kind: 'transcript', atMs: 1_500, startMs: 1_000, text: 'hel', final: false },
      { kind: 'transcript', atMs: 2_000, startMs: 1_000, text: 'hello', final: true },
    ])
  })

  it('waits for the final text of a spoken turn', async () => {
    const ear = testStt()
    const heard: (string | undefined)[] = []
    const mind: LanguageModel = {
      name: 'echo',
      async *stream({ userText }) {
        heard.push(userText)
        yield { kind: 'text', text: 'Right.' }
      },
    }
    const { link, advance } = await setUp({ stt: ear.stt, mind })
    const all = drawAll(link.reply(spokenTurn, signal()))
    await advance(400)
    expect(heard).toEqual([])
    ear.final('of another turn', 100, 800)
    ear.final('hello', 1_000, 1_400)
    ear.final('there', 1_500, 1_980)
    ear.event({ kind: 'finished', atMs: 2_000 })
    await all
    expect(heard).toEqual(['hello there'])
  })

  it('goes on without the recogniser after the time limit and says so', async () => {
    const ear = testStt()
    const { link, advance, warnings, due } = await setUp({ stt: ear.stt })
    const all = drawAll(link.reply(spokenTurn, signal()))
    await advance(1_499)
    expect(warnings).toEqual([])
    await advance(1)
    expect(said(await all)).toBe('Hello there. How are you?')
    expect(warnings.map(warning => warning.code)).toEqual(['timeout'])
    expect(due.size).toBe(0)
  })

  it('ends the utterance itself when a turn is committed in the middle of speech', async () => {
    const ear = testStt()
    const { link } = await setUp({ stt: ear.stt })
    link.boundary?.({ kind: 'speech-start', atMs: 1_000 })
    const all = drawAll(link.reply(spokenTurn, signal()))
    await settle()
    expect(ear.calls).toEqual(['begin 1000', 'finish 2000'])
    ear.event({ kind: 'finished', atMs: 2_000 })
    await all
  })

  it('gives no answer to a blip without words but one to a longer stretch', async () => {
    const ear = testStt()
    const { link } = await setUp({ stt: ear.stt })
    ear.event({ kind: 'finished', atMs: 5_000 })
    const blip = turnOf({ origin: 'speech', startMs: 1_000, endMs: 1_400 })
    expect(await drawAll(link.reply(blip, signal()))).toEqual([])
    expect(said(await drawAll(link.reply(spokenTurn, signal())))).not.toBe('')
  })

  it('answers no spoken turn without a recogniser, unless its text came with it', async () => {
    const { link } = await setUp()
    expect(await drawAll(link.reply(spokenTurn, signal()))).toEqual([])
    expect(said(await drawAll(link.reply({ ...spokenTurn, text: 'hi' }, signal())))).not.toBe('')
  })

  it('answers in words alone without a voice, and warns once', async () => {
    const { link, warnings } = await setUp({ voices: () => undefined })
    for (let round = 0; round < 2; round++) {
      const parts = await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
      expect(said(parts)).toBe('Hello there. How are you?')
      expect(soundMs(parts)).toBe(0)
    }
    expect(warnings.map(warning => warning.code)).toEqual(['voice_unavailable'])
  })

  it('tries a mind that fails before anything was spoken once more, without repeating its state and actions', async () => {
    let tries = 0
    const mind: LanguageModel = {
      name: 'shaky',
      async *stream() {
        tries++
        yield { kind: 'state', state: tries }
        yield { kind: 'action', action: { name: 'note', data: tries } }
        if (tries === 1) throw new Error('no route')
        yield { kind: 'text', text: 'Here I am.' }
      },
    }
    const { link, warnings } = await setUp({ mind })
    const parts = await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    expect(said(parts)).toBe('Here I am.')
    expect(parts.filter(part => part.kind === 'action' || part.kind === 'state')).toEqual([
      { kind: 'state', state: 2 },
      { kind: 'action', action: { name: 'note', data: 2 } },
    ])
    expect(warnings.map(({ code, cause }) => [code, String(cause)])).toEqual([
      ['engine_failed', 'Error: no route'],
    ])
  })

  it('apologises when the mind fails twice', async () => {
    const mind: LanguageModel = {
      name: 'broken',
      // biome-ignore lint/correctness/useYield: it fails before it says anything
      async *stream() {
        throw new Error('down')
      },
    }
    const { link, warnings } = await setUp({ mind, trouble: 'Sorry about that.' })
    const parts = await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    expect(said(parts)).toBe('Sorry about that.')
    expect(soundMs(parts)).toBeGreaterThan(0)
    expect(warnings).toHaveLength(2)
  })

  it('apologises when the mind stays silent', async () => {
    const mind: LanguageModel = {
      name: 'silent',
      stream: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }),
    }
    const { link, advance } = await setUp({ mind, trouble: 'Sorry about that.', mindTimeoutMs: 100 })
    const all = drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    await advance(200)
    expect(said(await all)).toBe('Sorry about that.')
  })

  it('keeps what was spoken when the mind breaks off, and does not start again', async () => {
    const mind: LanguageModel = {
      name: 'breaking',
      async *stream() {
        yield { kind: 'text', text: 'The first sentence. And then ' }
        throw new Error('cut')
      },
    }
    const { link, warnings } = await setUp({ mind })
    const parts = await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    expect(said(parts).trim()).toBe('The first sentence.')
    expect(warnings.map(warning => warning.code)).toEqual(['engine_failed'])
  })

  it('answers in words when the voice fails twice at the beginning', async () => {
    const broken: TextToSpeech = {
      ...testVoice({ asked: [], open: 0 }),
      // biome-ignore lint/correctness/useYield: it fails before it says anything
      async *speak() {
        throw new Error('no sound card')
      },
    }
    const { link, warnings } = await setUp({ voices: () => broken })
    const parts = await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    expect(said(parts)).toBe('Hello there. How are you?')
    expect(warnings.map(warning => warning.code)).toEqual(['voice_failed', 'voice_failed'])
  })

  it('stops where the voice breaks off in the middle', async () => {
    const log: VoiceLog = { asked: [], open: 0 }
    const good = testVoice(log)
    const voice: TextToSpeech = {
      ...good,
      speak(request, given) {
        if (log.asked.length === 1) throw new Error('gone')
        return good.speak(request, given)
      },
    }
    const { link, warnings } = await setUp({ voices: () => voice })
    const parts = await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))
    expect(said(parts).trim()).toBe('Hello there.')
    expect(warnings.map(warning => warning.code)).toEqual(['voice_failed'])
  })

  it('gives the state before the sound of the reply and its actions after', async () => {
    const mind = mindSaying({ kind: 'state', state: { at: 1 } }, 'Goodbye then.', {
      kind: 'action',
      action: { name: 'hang-up' },
    })
    const { link } = await setUp({ mind })
    const kinds = (await drawAll(link.reply(turnOf({ text: 'bye' }), signal()))).map(part => part.kind)
    expect(kinds.indexOf('state')).toBeLessThan(kinds.indexOf('audio'))
    expect(kinds.at(-1)).toBe('action')
  })

  it('refuses a recogniser of another rate without a resampler', () => {
    const { stt } = testStt()
    const engine = createCascade({
      stt: { ...stt, sampleRate: 8_000 },
      mind: mindSaying('x'),
      voices: () => undefined,
    })
    expect(() => engine.connect(fakeCall(handClock().clock).call)).toThrowError(ParleyError)
  })

  it('reports a recogniser that throws once and never lets it into the audio path', async () => {
    const ear = testStt()
    const open: SpeechToText['open'] = options => ({
      ...ear.stt.open(options),
      hear: () => {
        throw new Error('broken pipe')
      },
    })
    const { link, warnings } = await setUp({ stt: { ...ear.stt, open } })
    const frame = { samples: new Int16Array(320), rate: 16_000, atMs: 0 }
    for (let count = 0; count < 5; count++) link.hear(frame)
    expect(warnings.map(warning => warning.code)).toEqual(['recogniser_failed'])
  })

  it('unblocks a waiting turn when the recogniser fails', async () => {
    const ear = testStt()
    const { link, warnings } = await setUp({ stt: ear.stt })
    link.boundary?.({ kind: 'speech-start', atMs: 1_000 })
    link.boundary?.({ kind: 'speech-end', atMs: 2_000 })
    const all = drawAll(link.reply(spokenTurn, signal()))
    await settle()
    ear.event({ kind: 'error', error: new ParleyError('recogniser_failed') })
    expect(said(await all)).not.toBe('')
    expect(warnings.map(warning => warning.code)).toEqual(['recogniser_failed'])
  })

  it('ends replies under way when it is closed, and gives none afterwards', async () => {
    const ear = testStt()
    const { link, due } = await setUp({ stt: ear.stt })
    const all = drawAll(link.reply(spokenTurn, signal()))
    await settle()
    await link.close()
    await link.close()
    expect(await all).toEqual([])
    expect(await drawAll(link.reply(turnOf({ text: 'hi' }), signal()))).toEqual([])
    expect(ear.calls.filter(call => call === 'close')).toHaveLength(1)
    expect(due.size).toBe(0)
  })
})

describe('createCascade under abort at any moment', () => {
  const step = fc.record({
    waitMs: fc.integer({ min: 0, max: 50 }),
    fate: fc.constantFrom('go' as const, 'fail' as const, 'hang' as const),
  })
  const world = fc.record({
    mind: fc.array(step, { minLength: 1, maxLength: 6 }),
    voice: fc.array(step, { minLength: 1, maxLength: 6 }),
    finishedAfterMs: fc.option(fc.integer({ min: 0, max: 2_000 })),
    abortAfterMs: fc.option(fc.integer({ min: 0, max: 400 })),
    drawEveryMs: fc.integer({ min: 0, max: 30 }),
    spoken: fc.boolean(),
  })

  it('finishes every generator, gives nothing after the abort, keeps the order and leaves no rejection', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    await fc.assert(
      fc.asyncProperty(world, async sample => {
        const { clock, advance, due } = handClock()
        const { call } = fakeCall(clock)
        const ear = testStt()
        const wait = (ms: number) => new Promise<void>(resolve => clock.after(ms, resolve))
        let steps = 0
        const follow = async ({ waitMs, fate }: { waitMs: number; fate: 'go' | 'fail' | 'hang' }) => {
          steps++
          await wait(waitMs)
          if (fate === 'fail') throw new Error('sample failure')
          if (fate === 'hang') await new Promise<never>(() => {})
        }
        const mind: LanguageModel = {
          name: 'sampled',
          async *stream() {
            yield { kind: 'state', state: steps }
            for (const each of sample.mind) {
              await follow(each)
              yield { kind: 'text', text: 'A few words, and then some. ' }
            }
          },
        }
        const voice: TextToSpeech = {
          name: 'sampled',
          sampleRate: 8_000,
          languages: ['en'],
          async *speak() {
            for (const each of sample.voice) {
              await follow(each)
              yield { kind: 'audio', samples: new Int16Array(80) }
            }
          },
          close: async () => {},
        }
        const engine = createCascade({
          stt: ear.stt,
          mind,
          voices: () => voice,
          mindTimeoutMs: 300,
          voiceTimeoutMs: 200,
        })
        const link = await engine.connect(call)
        const abort = new AbortController()
        const parts: { readonly part: ReplyPart; readonly late: boolean }[] = []
        let finished = false
        const drawing = (async () => {
          const turn = sample.spoken ? spokenTurn : turnOf({ text: 'hi' })
          for await (const part of link.reply(turn, abort.signal)) {
            parts.push({ part, late: abort.signal.aborted })
            if (sample.drawEveryMs > 0) await wait(sample.drawEveryMs)
          }
          finished = true
        })()
        if (sample.finishedAfterMs !== null)
          clock.after(sample.finishedAfterMs, () => ear.event({ kind: 'finished', atMs: 2_000 }))
        if (sample.abortAfterMs !== null) clock.after(sample.abortAfterMs, () => abort.abort())
        await advance(sample.abortAfterMs ?? 60_000)
        await advance(sample.drawEveryMs)
        expect(finished).toBe(true)
        await drawing
        expect(parts.filter(({ late }) => late)).toEqual([])
        const marks = parts.flatMap(({ part }) => (part.kind === 'mark' ? [part.mark] : []))
        const order = ['final-text', 'context', 'first-token', 'first-clause', 'first-voice']
        expect(marks).toEqual(order.filter(name => marks.some(each => each === name)))
        const kinds = parts.map(({ part }) => part.kind)
        const firstSound = kinds.indexOf('audio')
        if (firstSound >= 0) expect(kinds.slice(0, firstSound)).toContain('words')
        await advance(10_000)
        if (sample.abortAfterMs !== null) expect(due.size).toBe(0)
        await link.close()
      }),
      { numRuns: 400 },
    )
    await new Promise(resolve => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })
})
