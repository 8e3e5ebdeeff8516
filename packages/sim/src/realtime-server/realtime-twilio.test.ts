import { decodeUlaw } from '@parley/audio'
import { afterEach, describe, expect, it } from 'vitest'
import { codeSpeech } from '../vendors/coded-speech.js'
import type { Event } from '../vendors/openai-realtime/realtime-client.test-kit.js'
import {
  appendOf,
  type ClientLine,
  ClientStage,
  type ClientStageOptions,
  msOf,
} from './client-stage.test-kit.js'

const pcmu = { type: 'audio/pcmu' } as const
let stage: ClientStage
let bridge: Bridge
afterEach(async () => {
  await stage.close()
  expect(stage.faults).toEqual([])
})

/**
 * A bridge between a phone call of Twilio's and the Realtime API, as the samples of both vendors are: payloads go through
 * untouched, and a caller who begins to speak cuts the item that plays at the call's time since its first payload.
 */
class Bridge {
  readonly errors: string[] = []
  readonly cuts: number[] = []
  payloads: { readonly itemId: string; readonly payload: string }[] = []
  cleared = 0
  readonly #line: ClientLine
  /** Time of the call, ms, as its media says. */
  #mediaMs = 0
  #sinceMs: number | undefined
  #itemId = ''
  #unplayedMs = 0

  constructor() {
    this.#line = stage.connect(event => this.#take(event))
    this.#line.send({
      type: 'session.update',
      session: {
        type: 'realtime',
        model: 'gpt-realtime',
        output_modalities: ['audio'],
        instructions: 'You are a clerk on the phone.',
        audio: {
          input: { format: pcmu, turn_detection: { type: 'server_vad' } },
          output: { format: pcmu, voice: 'alloy' },
        },
      },
    })
  }

  greet(text: string): void {
    const item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
    this.#line.send({ type: 'conversation.item.create', item })
    this.#line.send({ type: 'response.create' })
  }

  media = (samples: Int16Array): void => {
    this.#mediaMs += 20
    this.#unplayedMs = Math.max(0, this.#unplayedMs - 20)
    this.#line.send(appendOf(samples, pcmu))
  }

  get isPlaying(): boolean {
    return this.#unplayedMs > 0
  }

  #take(event: Event): void {
    if (event.type === 'error') this.errors.push(event.error.message)
    else if (event.type === 'input_audio_buffer.speech_started') this.#speech()
    else if (event.type === 'response.output_audio.delta') {
      this.payloads.push({ itemId: event.item_id, payload: event.delta })
      // As written in the sample: it is only forgotten when the caller interrupts.
      this.#sinceMs ??= this.#mediaMs
      this.#itemId = event.item_id
      this.#unplayedMs += msOf(event.delta, pcmu)
    }
  }

  #speech(): void {
    if (!this.isPlaying || this.#sinceMs === undefined) return
    const audio_end_ms = this.#mediaMs - this.#sinceMs
    this.cuts.push(audio_end_ms)
    this.#line.send({
      type: 'conversation.item.truncate',
      item_id: this.#itemId,
      content_index: 0,
      audio_end_ms,
    })
    this.cleared++
    this.#sinceMs = undefined
    this.#unplayedMs = 0
  }
}

function open(options: ClientStageOptions): void {
  stage = new ClientStage(options)
  bridge = new Bridge()
}

const listen = (ms: number) => stage.listen(ms, bridge.media, 8_000)
const listenUntil = (test: () => boolean) => stage.listenUntil(test, bridge.media, 8_000)
const done = (count: number) => () => stage.ofType('response.done').length >= count
const story =
  'a story as long as the river that runs down from the hills through the old town and on to the sea'

describe('a bridge of Twilio’s', () => {
  it('greets, hears and answers in G.711, byte for byte as long as what was said', async () => {
    open({ hears: () => 'good morning', think: ({ text }) => (text === '' ? 'welcome' : 'how are you') })
    bridge.greet('Greet the caller.')
    await listenUntil(done(1))
    await listenUntil(() => !bridge.isPlaying)
    stage.say('good morning', 8_000)
    await listenUntil(done(2))
    expect(stage.ofType('session.updated')[0]?.session.audio).toMatchObject({
      input: { format: pcmu },
      output: { format: pcmu },
    })
    for (const [index, text] of ['welcome', 'how are you'].entries()) {
      const itemId = stage.ofType('response.done')[index]?.response.output[0].id
      const bytes = Buffer.concat(
        bridge.payloads
          .filter(each => each.itemId === itemId)
          .map(each => Buffer.from(each.payload, 'base64')),
      )
      const wanted = codeSpeech(text, 8_000).samples
      const samples = decodeUlaw(bytes)
      expect(samples.length).toBe(wanted.length)
      // The middle of every 20 ms has the level that codes its letter, as near as G.711 has it.
      for (let at = 80; at < wanted.length; at += 160) {
        const level = wanted[at] ?? 0
        expect(Math.abs((samples[at] ?? 0) - level)).toBeLessThanOrEqual(Math.max(60, level * 0.04))
      }
    }
    expect(bridge.errors).toEqual([])
  })

  it('cuts what plays at the time of its call when the caller speaks', async () => {
    let count = 0
    open({
      hears: () => ['tell me', 'wait'][count++] ?? '',
      think: ({ text }) => (text === 'wait' ? 'yes' : story),
    })
    await listen(200)
    stage.say('tell me', 8_000)
    await listenUntil(() => bridge.isPlaying)
    await listen(900)
    stage.say('wait', 8_000)
    await listenUntil(done(2))
    expect(bridge.errors).toEqual([])
    const ended = stage.told.find(event => event.kind === 'reply-ended' && event.interrupted)
    expect(ended).toMatchObject({ heard: { ms: bridge.cuts[0], source: 'reported' } })
    expect(bridge.cleared).toBe(1)
  })

  it('is told when its count is too long, and the talk goes on', async () => {
    let count = 0
    open({
      hears: () => ['one', 'two', 'wait'][count++] ?? '',
      think: ({ text }) => (text === 'two' ? story : 'yes'),
    })
    await listen(200)
    stage.say('one', 8_000)
    await listenUntil(done(1))
    await listen(3_000)
    stage.say('two', 8_000)
    await listenUntil(() => stage.turns.at(-1)?.text === 'two')
    await listen(900)
    stage.say('wait', 8_000)
    await listenUntil(() => stage.turns.at(-1)?.text === 'wait')
    await listen(2_000)
    expect(bridge.errors).toEqual([expect.stringContaining('is already shorter than')])
    expect(stage.history().find(text => text.startsWith('agent: a story'))).not.toContain('sea')
    expect(stage.ofType('response.done').at(-1)?.response.status).toBe('completed')
  })
})
