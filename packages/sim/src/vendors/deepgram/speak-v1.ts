/**
 * `/v1/speak`, Aura: text waits for a `Flush`, flushes are spoken in their order, and `Clear` drops what waits and what
 * is being spoken. A chunk that was on its way still comes after a `Clear`, before `Cleared`.
 */

import { inOrder } from './in-order.js'
import { encodeSound, isEncoding } from './raw-sound.js'
import { readMessages, type SimSession } from './session.js'
import { giveSpeech } from './spoken.js'

export const MAX_SPEAK_CHARACTERS = 2_000
const MAX_FLUSHES = 20
const FLUSH_WINDOW_MS = 60_000
const LATE_MS = 40

export function speakV1(session: SimSession): void {
  const { socket, ids, clock } = session
  const job = inOrder(socket.signal)
  let waiting = ''
  let sequence = 0
  let flushedAtMs: number[] = []
  let stop = new AbortController()
  let speaking = false
  socket.signal.addEventListener('abort', () => stop.abort())

  socket.send({
    type: 'Metadata',
    request_id: ids.uuid(),
    model_name: socket.url.searchParams.get('model') ?? 'aura-asteria-en',
    model_version: '2026-01-01.0',
    model_uuid: ids.uuid(),
  })

  function flush(): void {
    const nowMs = clock.now()
    flushedAtMs = flushedAtMs.filter(atMs => nowMs - atMs < FLUSH_WINDOW_MS)
    if (flushedAtMs.length >= MAX_FLUSHES) {
      socket.complain('/v1/speak: more than 20 flushes within 60 s')
      return socket.send({
        type: 'Warning',
        code: 'DATA-0001',
        description: 'Too many Flush messages; no more are processed until the 60 s are over.',
      })
    }
    flushedAtMs.push(nowMs)
    const text = waiting
    const { signal } = stop
    waiting = ''
    job(async () => {
      if (signal.aborted) return
      speaking = true
      const { whole } = await giveSpeech(session, { text, signal })
      speaking = false
      if (whole) socket.send({ type: 'Flushed', sequence_id: sequence++ })
    })
  }

  function clear(): void {
    const wasSpeaking = speaking
    waiting = ''
    stop.abort()
    stop = new AbortController()
    job(async () => {
      if (wasSpeaking) socket.sendBinary(lateChunk(socket.url.searchParams))
      socket.send({ type: 'Cleared', sequence_id: sequence++ })
    })
  }

  function refuse(closeCode: number, reason: string): void {
    socket.complain(`/v1/speak: ${reason}`)
    socket.close(closeCode, reason)
  }

  readMessages(socket, {
    binary: () => refuse(1003, 'MESSAGE-0000: The payload is no text.'),
    garbage: sentence => refuse(1008, `DATA-0000: ${sentence}`),
    message(message) {
      if (message.type === 'Speak' && typeof message.text === 'string') {
        if ([...message.text].length > MAX_SPEAK_CHARACTERS)
          return refuse(1009, 'BIG-0000: The text is over 2,000 characters.')
        waiting += message.text
      } else if (message.type === 'Flush') flush()
      else if (message.type === 'Clear') clear()
      else if (message.type === 'Close') job(async () => socket.close(1000))
      else refuse(1008, `DATA-0000: Unknown message ${message.type}.`)
    },
  })
}

/** Something that would be heard if a client let it through. */
function lateChunk(query: URLSearchParams): Uint8Array {
  const encoding = query.get('encoding') ?? 'linear16'
  const rate = Number(query.get('sample_rate') ?? 24_000)
  const samples = new Int16Array((rate * LATE_MS) / 1000).fill(8_000)
  return encodeSound(samples, isEncoding(encoding) ? encoding : 'linear16')
}
