/** A handset's socket: says hello within 5 s, is held to the protocol, and never makes the emulator wait. */

import { type Clock, ParleyError } from '@parley/core'
import {
  HANDSET_MAX_MESSAGE_BYTES,
  type HandsetClientMessage,
  type HandsetServerMessage,
  handsetClientMessageSchema,
} from '@parley/protocol'
import type { WebSocket } from 'ws'
import { samplesOf } from '../talk/voice-wire.js'
import { createHandset, type Handset, type HandsetOptions } from './handset.js'

export interface HandsetDesk extends Pick<HandsetOptions, 'carrier' | 'clock'> {
  /** Numbers that are taken. */
  readonly taken: Set<string>
  readonly gatewayNumbers: () => readonly string[]
}

const HELLO_MS = 5_000
/** Above this much that was not taken yet, sound for the ear is left out, bytes: about 4 s. */
const MOST_BUFFERED = 64_000
/** Bad messages in a row before the socket is closed. */
const MOST_BAD = 5

export function serveHandset(
  socket: WebSocket,
  { carrier, clock, taken, gatewayNumbers }: HandsetDesk,
): void {
  let handset: Handset | undefined
  let number = ''
  let bad = 0
  const late = helloWithin(clock, () => socket.close(1008, 'no hello'))

  function send(message: HandsetServerMessage): void {
    if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
  }

  function sendAudio(samples: Int16Array): void {
    if (socket.readyState !== socket.OPEN || socket.bufferedAmount > MOST_BUFFERED) return
    socket.send(Buffer.from(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)))
  }

  function hello(message: HandsetClientMessage): void {
    if (message.type !== 'hello') return socket.close(1008, 'no hello')
    late()
    if (taken.has(message.number) || gatewayNumbers().includes(message.number)) {
      send({
        type: 'error',
        code: 'conflict',
        message: `${message.number} is taken; ask for another number.`,
      })
      return socket.close(1008, 'conflict')
    }
    number = message.number
    taken.add(number)
    handset = createHandset({ carrier, clock, number, send, sendAudio })
    send({ type: 'ready', number, gatewayNumbers: [...gatewayNumbers()] })
  }

  function take(text: string): void {
    const message = read(text)
    if (message instanceof ParleyError) {
      bad += 1
      send({ type: 'error', code: message.code, message: message.message })
      if (bad >= MOST_BAD) socket.close(1008, 'bad_message')
      return
    }
    bad = 0
    if (handset === undefined) hello(message)
    else handset.take(message)
  }

  socket.on('message', (data: Buffer, isBinary: boolean) => {
    if (data.length > HANDSET_MAX_MESSAGE_BYTES) socket.close(1009, 'too_large')
    else if (isBinary) handset?.speak(samplesOf(data))
    else take(String(data))
  })
  // A fault closes the socket, which is what is told.
  socket.on('error', () => {})
  socket.on('close', () => {
    late()
    handset?.close()
    if (handset !== undefined) taken.delete(number)
    handset = undefined
  })
}

function helloWithin(clock: Clock, run: () => void): () => void {
  return clock.after(HELLO_MS, run)
}

function read(text: string): HandsetClientMessage | ParleyError {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return new ParleyError('bad_message', 'The message is no JSON.')
  }
  const parsed = handsetClientMessageSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  return new ParleyError(
    'bad_message',
    `${issue?.path.join('.') || 'message'}: ${issue?.message ?? 'is wrong'}`,
  )
}
