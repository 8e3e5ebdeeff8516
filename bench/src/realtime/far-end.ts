/**
 * The far end of the measurement, a process of its own: as much of a Realtime server as all clients here use, which
 * notes how old the sound is that comes in, and answers with sound at its own pace. It is told to begin and to report
 * over the channel to its parent.
 */

import { Buffer } from 'node:buffer'
import { type WebSocket, WebSocketServer } from 'ws'
import { ageMs, MARK, stamp } from './stamps.js'

const RATE = 24_000
const FRAME = (RATE * 20) / 1000
const DELTA_MS = 100

const ages: number[] = []
let counting = false
let ids = 0
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })

server.on('connection', socket => {
  const send = (type: string, fields: object) =>
    socket.send(JSON.stringify({ type, event_id: `event_${++ids}`, ...fields }))
  let session: object = sessionOf({})
  send('session.created', { session })
  socket.on('message', (data: Buffer) => {
    const event = JSON.parse(data.toString()) as { readonly type: string } & Fields
    if (event.type === 'input_audio_buffer.append') return heard(String(event.audio))
    if (event.type === 'session.update') {
      session = sessionOf(event.session as Fields)
      return send('session.updated', { session })
    }
    if (event.type === 'response.create')
      answer(socket, send, (event.response as Fields | undefined)?.metadata)
  })
})

type Fields = Readonly<Record<string, unknown>>

function sessionOf({ audio }: Fields): object {
  const format = { type: 'audio/pcm', rate: RATE }
  const { input } = (audio ?? {}) as Fields
  return {
    type: 'realtime',
    object: 'realtime.session',
    id: 'sess_bench',
    model: 'bench',
    output_modalities: ['audio'],
    instructions: '',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    tracing: null,
    audio: {
      input: {
        format,
        transcription: null,
        noise_reduction: null,
        turn_detection: null,
        ...(input as Fields),
      },
      output: { format, voice: 'marin', speed: 1 },
    },
  }
}

function heard(audio: string): void {
  if (!counting) return
  const bytes = Buffer.from(audio, 'base64')
  const samples = new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length >> 1)
  // Silence that a client fills in moves the stamps off the grid of its events.
  for (let at = Math.max(0, samples.indexOf(MARK)); at + 3 <= samples.length; at += FRAME) {
    const age = ageMs(samples, at)
    if (age !== undefined) ages.push(age)
  }
}

/** An answer that lasts as long as the socket, in real time. */
function answer(socket: WebSocket, send: (type: string, fields: object) => void, metadata: unknown): void {
  const id = `resp_${++ids}`
  const item = { id: `item_${ids}`, object: 'realtime.item', type: 'message', role: 'assistant' }
  const response = {
    object: 'realtime.response',
    id,
    status: 'in_progress',
    status_details: null,
    output: [],
    conversation_id: 'conv_bench',
    output_modalities: ['audio'],
    max_output_tokens: 'inf',
    usage: null,
    metadata: metadata ?? null,
  }
  send('response.created', { response })
  const open = { ...item, status: 'in_progress', content: [] }
  send('response.output_item.added', { response_id: id, output_index: 0, item: open })
  send('conversation.item.added', { previous_item_id: null, item: open })
  const place = { response_id: id, item_id: item.id, output_index: 0, content_index: 0 }
  send('response.content_part.added', { ...place, part: { type: 'audio', transcript: '' } })
  send('response.output_audio_transcript.delta', { ...place, delta: 'word ' })
  const samples = new Int16Array((RATE * DELTA_MS) / 1000)
  for (let at = 0; at < samples.length; at++) samples[at] = Math.round(3_000 * Math.sin(at / 9))
  const bytes = Buffer.from(samples.buffer)
  const timer = setInterval(() => {
    stamp(samples)
    send('response.output_audio.delta', { ...place, delta: bytes.toString('base64') })
  }, DELTA_MS)
  socket.once('close', () => clearInterval(timer))
}

process.on('disconnect', () => process.exit())
process.on('message', (order: string) => {
  if (order === 'count') {
    ages.length = 0
    counting = true
    return
  }
  counting = false
  process.send?.({ ages: ages.splice(0) })
})
server.on('listening', () => {
  const address = server.address()
  process.send?.({ port: typeof address === 'object' ? address?.port : 0 })
})
