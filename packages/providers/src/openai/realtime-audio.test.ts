import type { SpeechPart, SttEvent } from '@parley/core'
import { beforeEach, describe, expect, it } from 'vitest'
import { type ScriptedSocket, type ScriptedWorld, scriptedWorld } from '../wire/scripted-socket.test-kit.js'
import { realtimeSttOptions, realtimeTtsOptions } from './audio-options.js'
import { createRealtimeStt, RATE } from './stt-realtime.js'
import { createRealtimeTts } from './tts-realtime.js'

let world: ScriptedWorld
beforeEach(() => {
  let ids = 0
  world = scriptedWorld({ newId: () => `id-${++ids}` })
})

/** The socket, with its session set up. */
async function ready(): Promise<ScriptedSocket> {
  await world.settle()
  const [socket] = world.sockets
  if (socket === undefined) throw new Error('no socket')
  socket.open()
  socket.say({ type: 'session.created', session: {} })
  socket.say({ type: 'session.updated', session: {} })
  return socket
}

describe('a Realtime transcription', () => {
  const transcribed = 'conversation.item.input_audio_transcription.completed'

  async function listening(options: object = {}) {
    const events: SttEvent[] = []
    const stt = createRealtimeStt(realtimeSttOptions.parse({ model: 'm', ...options }), world.context)
    const { clock } = world
    const stream = stt.open({ language: 'en', clock, onEvent: event => void events.push(event) })
    let atMs = 0
    const utter = (ms: number) => {
      stream.begin(atMs)
      stream.hear({ samples: new Int16Array((RATE * ms) / 1000), rate: RATE, atMs })
      atMs += ms
      stream.finish(atMs)
    }
    return { events, utter, socket: await ready() }
  }

  it('gives no words to an utterance that was too short to be sent', async () => {
    const { events, utter, socket } = await listening()
    utter(400)
    utter(40)
    utter(400)
    socket.say({ type: 'input_audio_buffer.committed', item_id: 'one' })
    socket.say({ type: 'input_audio_buffer.committed', item_id: 'three' })
    socket.say({ type: transcribed, item_id: 'three', transcript: 'Third.' })
    socket.say({ type: transcribed, item_id: 'one', transcript: 'First.' })
    expect(events.flatMap(event => (event.kind === 'final' ? [event.text] : []))).toEqual([
      'First.',
      'Third.',
    ])
    expect(events.filter(({ kind }) => kind === 'finished')).toHaveLength(3)
  })
})

describe('a Realtime voice', () => {
  it('fails a clause whose end tells nothing, and throws nothing at the socket', async () => {
    const voice = createRealtimeTts(realtimeTtsOptions.parse({ model: 'm', voice: 'v' }), world.context)
    const parts: SpeechPart[] = []
    const speaking = (async () => {
      const signal = new AbortController().signal
      for await (const part of voice.speak({ text: 'One.', language: 'en' }, signal)) parts.push(part)
    })().catch((thrown: unknown) => thrown)
    const socket = await ready()
    const clause = socket.said.find(({ type }) => type === 'response.create')?.event_id
    socket.say({ type: 'response.created', response: { id: 'r1', metadata: { clause } } })
    socket.say({ type: 'response.done', response_id: 'r1' })
    expect(await speaking).toMatchObject({ code: 'provider_failed' })
    await voice.close()
  })
})
