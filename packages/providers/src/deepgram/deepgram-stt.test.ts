import type { SttEvent, SttStream } from '@parley/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { type ScriptedSocket, type ScriptedWorld, scriptedWorld } from '../wire/scripted-socket.test-kit.js'
import { deepgram } from './index.js'

const RATE = 16_000
const FRAME_MS = 20

describe('a Deepgram recogniser', () => {
  let world: ScriptedWorld
  let events: SttEvent[]
  let stream: SttStream
  let socket: ScriptedSocket

  beforeEach(() => {
    world = scriptedWorld()
    events = []
  })

  async function open(options: object, language = 'en-US'): Promise<void> {
    const provider = deepgram.stt?.create(options, world.context)
    if (provider === undefined) throw new Error('no recogniser')
    stream = provider.open({ language, clock: world.clock, onEvent: event => events.push(event) })
    await world.settle()
    const [opened] = world.sockets
    if (opened === undefined) throw new Error('no socket')
    socket = opened
    socket.open()
  }

  /** Sound at a media time, without time passing. */
  function hear(atMs: number, ms: number): void {
    for (let at = 0; at < ms; at += FRAME_MS)
      stream.hear({ samples: new Int16Array((RATE * FRAME_MS) / 1000), rate: RATE, atMs: atMs + at })
  }

  const of = (...kinds: SttEvent['kind'][]) => events.filter(({ kind }) => kinds.includes(kind))
  const query = () => new URL(socket.options.url).searchParams
  const saidTypes = () => socket.said.map(({ type }) => type)

  describe('over /v1/listen', () => {
    const results = (
      span: { start: number; duration: number; final?: boolean; finalized?: boolean },
      ...words: readonly (readonly [string, number, number])[]
    ) =>
      socket.say({
        type: 'Results',
        channel_index: [0, 1],
        start: span.start,
        duration: span.duration,
        is_final: span.final ?? false,
        from_finalize: span.finalized ?? false,
        channel: {
          alternatives: [
            {
              transcript: words.map(([word]) => word).join(' '),
              confidence: 0.9,
              words: words.map(([word, start, end]) => ({ word, start, end, confidence: 0.8 })),
            },
          ],
        },
      })

    it('asks for what was configured, and for the language without its region', async () => {
      await open({ model: 'nova-3', keyterms: ['Parley', 'Flux'], endpointingMs: false, numerals: true })
      expect(new URL(socket.options.url).pathname).toBe('/v1/listen')
      expect(socket.options.headers).toEqual({ authorization: 'Token a-key' })
      expect(Object.fromEntries(query())).toMatchObject({
        model: 'nova-3',
        encoding: 'linear16',
        sample_rate: '16000',
        language: 'en',
        endpointing: 'false',
        interim_results: 'true',
        numerals: 'true',
      })
      expect(query().getAll('keyterm')).toEqual(['Parley', 'Flux'])
      expect(query().has('utterance_end_ms')).toBe(false)
    })

    it('places words on media time, before a gap what ends there and behind it what begins there', async () => {
      await open({ model: 'nova-3' })
      hear(1_000, 1_000)
      hear(60_000, 1_000)
      results({ start: 0, duration: 2, final: true }, ['one', 0.2, 1], ['two', 1, 1.4])
      expect(of('final')).toMatchObject([
        {
          text: 'one two',
          startMs: 1_200,
          endMs: 60_400,
          confidence: 0.9,
          words: [
            { text: 'one', startMs: 1_200, endMs: 2_000, confidence: 0.8 },
            { text: 'two', startMs: 60_000, endMs: 60_400 },
          ],
        },
      ])
    })

    it('answers a finish when the vendor does, behind its final', async () => {
      await open({ model: 'nova-3' })
      hear(0, 1_000)
      stream.finish(990)
      expect(saidTypes()).toEqual(['Finalize'])
      results({ start: 0, duration: 0.5, final: true }, ['one', 0.1, 0.4])
      expect(of('finished')).toEqual([])
      results({ start: 0.5, duration: 0.4, final: true, finalized: true }, ['two', 0.5, 0.8])
      expect(of('final', 'finished').map(event => ('text' in event ? event.text : event.kind))).toEqual([
        'one',
        'two',
        'finished',
      ])
      expect(of('usage')).toEqual([{ kind: 'usage', audioMs: 1_000 }])
    })

    it('asks for nothing when all sound is settled already', async () => {
      await open({ model: 'nova-3' })
      hear(0, 1_000)
      results({ start: 0, duration: 1, final: true }, ['one', 0.1, 0.4])
      stream.finish(1_000)
      expect(of('finished')).toEqual([{ kind: 'finished', atMs: 1_000 }])
      expect(saidTypes()).toEqual([])
    })

    it('takes no late answer of one utterance for that of the next', async () => {
      await open({ model: 'nova-3' })
      hear(0, 1_000)
      stream.finish(1_000)
      results({ start: 0, duration: 1, final: true }, ['one', 0.1, 0.4])
      expect(of('finished')).toHaveLength(1)
      hear(1_000, 1_000)
      stream.finish(2_000)
      results({ start: 1, duration: 0, final: true, finalized: true })
      expect(of('finished')).toHaveLength(1)
      results({ start: 1, duration: 1, final: true, finalized: true }, ['two', 1.1, 1.4])
      expect(of('finished')).toHaveLength(2)
    })

    it('makes the last interim final when no answer comes, and does not repeat its words', async () => {
      await open({ model: 'nova-3', finishTimeoutMs: 1_000 })
      hear(0, 1_000)
      results({ start: 0, duration: 0.9 }, ['one', 0.1, 0.4], ['two', 0.5, 0.8])
      stream.finish(1_000)
      await world.clock.advance(999)
      expect(of('final', 'finished')).toEqual([])
      await world.clock.advance(1)
      expect(of('final', 'finished')).toMatchObject([{ text: 'one two' }, { kind: 'finished', atMs: 1_000 }])
      hear(1_000, 1_000)
      results(
        { start: 0, duration: 2, final: true },
        ['one', 0.1, 0.4],
        ['too', 0.5, 0.8],
        ['three', 1.2, 1.6],
      )
      expect(of('final')).toMatchObject([{ text: 'one two' }, { text: 'three', startMs: 1_200 }])
    })

    it('is lost when the vendor has told nothing of what was said', async () => {
      await open({ model: 'nova-3', finishTimeoutMs: 1_000 })
      hear(0, 3_000)
      stream.finish(3_000)
      await world.clock.advance(1_000)
      expect(of('lost', 'finished')).toMatchObject([{ kind: 'lost', error: { code: 'timeout' } }])
      expect(socket.closed).toBe(true)
      expect(world.clock.pending).toBe(0)
    })

    it('keeps the stream alive: by sound where there was none, else by KeepAlive every 4 s', async () => {
      await open({ model: 'nova-3' })
      await world.clock.advance(2_000)
      expect(socket.sound).toHaveLength(1)
      await world.clock.advance(10_000)
      expect(saidTypes()).toEqual(['KeepAlive', 'KeepAlive'])
      hear(20_000, 1_000)
      await world.clock.advance(3_000)
      expect(saidTypes()).toHaveLength(2)
    })

    it('tells where speech starts and ends, as the vendor does', async () => {
      await open({ model: 'nova-3', vadEvents: true, utteranceEndMs: 1_000 })
      hear(5_000, 4_000)
      socket.say({ type: 'SpeechStarted', channel: [0, 1], timestamp: 0.5 })
      socket.say({ type: 'UtteranceEnd', channel: [0, 1], last_word_end: 2.25 })
      socket.say({ type: 'Metadata', request_id: 'x' })
      socket.say({ type: 'SomethingNew' })
      expect(events).toEqual([
        { kind: 'turn', signal: 'start', atMs: 5_500 },
        { kind: 'turn', signal: 'end', atMs: 7_250 },
      ])
    })

    it('says once that sound has the wrong rate, and sends none of it', async () => {
      await open({ model: 'nova-3' })
      for (const atMs of [0, 20]) stream.hear({ samples: new Int16Array(160), rate: 8_000, atMs })
      expect(events).toMatchObject([{ kind: 'error', error: { code: 'bad_audio' } }])
      expect(socket.sound).toEqual([])
    })

    it('tells nothing more when it is closed at the news that it was lost', async () => {
      const provider = deepgram.stt?.create({ model: 'nova-3' }, world.context)
      const closing = provider?.open({
        language: 'en',
        clock: world.clock,
        onEvent(event) {
          events.push(event)
          closing?.close()
        },
      })
      await world.settle()
      world.sockets[0]?.open()
      closing?.hear({ samples: new Int16Array(320), rate: RATE, atMs: 0 })
      world.sockets[0]?.say({ type: 'Error', code: 'NET-0000', description: 'Oh.' })
      expect(events).toMatchObject([{ kind: 'lost', error: { code: 'provider_failed' } }])
    })

    it('is lost to a message that lacks what the protocol has', async () => {
      await open({ model: 'nova-3' })
      socket.say({ type: 'Results', start: 'soon' })
      expect(events).toMatchObject([{ kind: 'lost', error: { code: 'provider_failed' } }])
    })
  })

  describe('over Flux', () => {
    let sequence = 0
    const turn = (
      event: string,
      endMs: number,
      words: readonly string[],
      more: { index?: number; trigger?: string; confidence?: number } = {},
    ) =>
      socket.say({
        type: 'TurnInfo',
        request_id: 'r',
        sequence_id: sequence++,
        event,
        turn_index: more.index ?? 0,
        audio_window_start: 0,
        audio_window_end: endMs / 1000,
        transcript: words.join(' '),
        words: words.map((word, at) => ({
          word,
          confidence: 0.9,
          start: at * 0.2 + 0.1,
          end: at * 0.2 + 0.2,
        })),
        end_of_turn_confidence: more.confidence ?? 0.1,
        ...(more.trigger === undefined ? {} : { trigger: more.trigger }),
      })
    const connected = () => socket.say({ type: 'Connected', request_id: 'r', sequence_id: sequence++ })

    it('sends nothing before Connected, then all that was heard, in pieces of 80 ms', async () => {
      await open({ model: 'flux-general-en' })
      hear(0, 200)
      expect(socket.sound).toEqual([])
      connected()
      expect(socket.sound.map(({ length }) => length)).toEqual([2_560, 2_560])
      stream.finish(200)
      expect(socket.sound.map(({ length }) => length)).toEqual([2_560, 2_560, 1_280])
      expect(saidTypes()).toEqual(['ForceEndTurn'])
    })

    it('hints the language to a model of many, and to no other', async () => {
      await open({ model: 'flux-general-multi' }, 'es-MX')
      expect(query().getAll('language_hint')).toEqual(['es'])
      expect(query().has('language')).toBe(false)
      world = scriptedWorld()
      await open({ model: 'flux-general-en', eotThreshold: 0.8 }, 'es-MX')
      expect(query().has('language_hint')).toBe(false)
      expect(query().get('eot_threshold')).toBe('0.8')
    })

    it('tells the turn as it goes, its start before its words and its end behind them', async () => {
      await open({ model: 'flux-general-en', eagerEotThreshold: 0.4 })
      connected()
      hear(10_000, 3_000)
      turn('Update', 250, [])
      turn('StartOfTurn', 500, ['one'])
      turn('Update', 750, ['one', 'two'])
      turn('EagerEndOfTurn', 1_200, ['one', 'two'], { confidence: 0.5 })
      turn('TurnResumed', 1_500, ['one', 'two'])
      turn('Update', 1_750, ['one', 'two', 'three'])
      turn('EndOfTurn', 2_500, ['one', 'two', 'three'], { trigger: 'model', confidence: 0.8 })
      const told = events.map(event => {
        if (event.kind === 'turn') return event.signal
        return 'text' in event ? `${event.kind} ${event.text}` : event.kind
      })
      expect(told).toEqual([
        'start',
        'partial one',
        'partial one two',
        'update',
        'partial one two',
        'eager-end',
        'resume',
        'partial one two',
        'partial one two three',
        'update',
        'final one two three',
        'end',
      ])
      expect(of('turn')[0]).toMatchObject({ signal: 'start', atMs: 10_100 })
      expect(of('turn').at(-1)).toMatchObject({ signal: 'end', atMs: 12_500, confidence: 0.8 })
      expect(of('final')).toMatchObject([{ startMs: 10_100, endMs: 10_600 }])
    })

    it('ends by force what the gateway ended, and does not call that a turn of Flux', async () => {
      await open({ model: 'flux-general-en' })
      connected()
      hear(0, 1_000)
      turn('StartOfTurn', 750, ['one'])
      stream.finish(1_000)
      turn('EndOfTurn', 1_000, ['one', 'two'], { trigger: 'manual' })
      expect(of('final', 'finished')).toMatchObject([{ text: 'one two' }, { kind: 'finished', atMs: 1_000 }])
      expect(of('turn')).toMatchObject([{ signal: 'start' }])
    })

    it('is finished without words when the vendor heard none', async () => {
      await open({ model: 'flux-general-en' })
      connected()
      hear(0, 1_000)
      stream.finish(1_000)
      turn('Update', 750, [])
      expect(of('finished')).toEqual([])
      turn('Update', 1_000, [])
      expect(of('finished')).toHaveLength(1)
    })

    it('makes up silence in a turn whose sound stays out, and little outside of one', async () => {
      await open({ model: 'flux-general-en' })
      connected()
      hear(0, 960)
      turn('StartOfTurn', 500, ['one'])
      const before = socket.sound.length
      await world.clock.advance(2_000)
      const madeUp = socket.sound.slice(before).reduce((sum, { length }) => sum + length / 32, 0)
      expect(madeUp).toBeGreaterThanOrEqual(1_500)
      expect(madeUp).toBeLessThanOrEqual(2_000)
      turn('EndOfTurn', 2_900, ['one'], { trigger: 'timeout' })
      const idle = socket.sound.length
      await world.clock.advance(10_000)
      expect(socket.sound.length - idle).toBe(2)
    })

    it('does not repeat words that it made final itself when the turn ends late', async () => {
      await open({ model: 'flux-general-en', forceEnd: false, finishTimeoutMs: 1_000 })
      connected()
      hear(0, 1_000)
      turn('StartOfTurn', 900, ['one', 'two'])
      stream.finish(1_000)
      expect(saidTypes()).toEqual([])
      await world.clock.advance(1_000)
      expect(of('final', 'finished')).toMatchObject([{ text: 'one two' }, { kind: 'finished' }])
      turn('EndOfTurn', 2_000, ['one', 'two', 'three'], { trigger: 'model' })
      turn('StartOfTurn', 3_000, ['four'], { index: 1 })
      expect(of('final').map(event => ('text' in event ? event.text : ''))).toEqual(['one two', 'three'])
      expect(of('partial').at(-1)).toMatchObject({ text: 'four' })
    })

    it('says what the vendor says in its last message', async () => {
      await open({ model: 'flux-general-en' })
      connected()
      socket.say({ type: 'Error', sequence_id: 1, code: 'UNPARSABLE_CLIENT_MESSAGE', description: 'No.' })
      expect(events).toMatchObject([{ kind: 'lost', error: { code: 'provider_rejected', retryable: false } }])
      expect(JSON.stringify(events)).not.toContain('a-key')
    })

    it('does not wait for ever for Connected', async () => {
      await open({ model: 'flux-general-en', connectTimeoutMs: 2_000 })
      await world.clock.advance(2_000)
      expect(events).toMatchObject([{ kind: 'lost', error: { code: 'timeout' } }])
      expect(world.clock.pending).toBe(0)
    })
  })

  it('refuses options of the other generation by name', () => {
    const create = (options: object) => () => deepgram.stt?.create(options, world.context)
    expect(create({ model: 'nova-3', eotThreshold: 0.7 })).toThrow(/eotThreshold is no option/)
    expect(create({ model: 'flux-general-en', endpointingMs: 100 })).toThrow(/endpointingMs is no option/)
    expect(create({ model: 'house-model', api: 'flux', endpointingMs: 1 })).toThrow(/no option of Flux/)
    expect(create({})).toThrow(/model/)
    expect(create({ model: 'nova-3', endpointMs: 100 })).toThrow(/endpointMs/)
  })
})
