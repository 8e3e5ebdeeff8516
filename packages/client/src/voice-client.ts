/**
 * A conversation with a gateway, from the page's side. It carries audio both ways but has no microphone and no
 * loudspeaker; `join.ts` puts those to it. What is said while the connection is away waits, within bounds.
 */
import type { ClientMessageInput, HelloInput, Ready, ServerMessage } from '@parley/protocol'
import { ClientError } from './client-error.js'
import { createInterrupts } from './connection/interrupts.js'
import { createLink, isLive } from './connection/link.js'
import { createOutbox } from './connection/outbox.js'
import { createEmitter } from './emitter.js'
import { browserEnvironment, type Environment } from './environment.js'
import type { VoiceClient, VoiceClientOptions, VoiceEvents } from './voice-types.js'

const DEFAULT_INPUT_RATE = 16_000
const DEFAULT_OUTPUT_RATE = 24_000
/** Sent but not yet on the network: two seconds of speech at 16 kHz. */
const MAX_BUFFERED_BYTES = 64_000
const MAX_TEXT_LENGTH = 4_000
const WAITING_AUDIO_MS = 1_000
const WAITING_MESSAGES = 64
const WAITING_REPLIES = 4

/** A client that does nothing until `connect()`; making one is safe where there is no browser. */
export function createVoiceClient(options: VoiceClientOptions): VoiceClient {
  const environment: Environment = { ...browserEnvironment(), ...options.environment }
  const hello = helloOf(options)
  const inputRate = hello.input?.sampleRate ?? DEFAULT_INPUT_RATE
  const events = createEmitter<VoiceEvents>()
  const interrupts = createInterrupts(environment)
  const arrivals = createArrivals()
  const outbox = createOutbox({
    messages: WAITING_MESSAGES,
    audioSamples: (inputRate * WAITING_AUDIO_MS) / 1000,
    replies: WAITING_REPLIES,
  })
  const link = createLink({
    client: options,
    hello,
    environment,
    hooks: {
      changed: change => events.emit('state-changed', change),
      message: receive,
      audio: samples => events.emit('audio', { samples }),
      roundTrip: ms => events.emit('round-trip', { ms }),
      bad: reason => events.emit('bad-message', { reason }),
      broken: interrupts.reject,
      retrying: retry => events.emit('retrying', retry),
      ended,
    },
  })

  function receive(message: ServerMessage): void {
    if (message.type === 'ready') {
      if (!message.resumed) outbox.forgetPlayed()
      outbox.drain(waiting => {
        if (waiting.kind === 'message') link.connection?.send(waiting.message)
        else link.connection?.sendAudio(waiting.samples)
      })
      arrivals.resolve(message)
    }
    if (message.type === 'interrupted') interrupts.settle(message.heard)
    events.emit(message.type, message as never)
    events.emit('message', message)
  }

  function ended(error: ClientError): void {
    outbox.clear()
    arrivals.reject(error)
    if (link.state === 'failed') events.emit('failed', error)
  }

  function send(message: ClientMessageInput): void {
    if (!isLive(link.state)) throw new ClientError('not-connected')
    if (link.connection) link.connection.send(message)
    else if (!outbox.addMessage(message)) throw new ClientError('queue-full')
  }

  function sendAudio(samples: Int16Array<ArrayBuffer>): void {
    const { connection } = link
    let dropped = 0
    if (connection === undefined) dropped = isLive(link.state) ? outbox.addAudio(samples) : 0
    else if (connection.bufferedBytes() > MAX_BUFFERED_BYTES) dropped = samples.length
    else connection.sendAudio(samples)
    if (dropped > 0) events.emit('dropped', { samples: dropped })
  }

  return {
    get state() {
      return link.state
    },
    get ready() {
      return link.ready
    },
    on: events.on,
    connect() {
      if (link.state === 'ready' && link.ready) return Promise.resolve(link.ready)
      const arrival = arrivals.next()
      link.open()
      return arrival
    },
    sendText(text) {
      const trimmed = text.trim()
      if (trimmed.length === 0 || trimmed.length > MAX_TEXT_LENGTH) {
        throw new ClientError('bad-option', `A typed turn has 1–${MAX_TEXT_LENGTH} characters.`)
      }
      send({ type: 'text', text: trimmed })
    },
    sendAudio,
    played(reply, ms) {
      // Kept even when sent: a socket that dies now may not have delivered it, and a resume starts from it.
      if (isLive(link.state)) outbox.addPlayed(reply, ms)
      link.connection?.send({ type: 'played', reply, ms })
    },
    interrupt() {
      const { connection } = link
      if (connection === undefined) return Promise.reject(new ClientError('not-connected'))
      events.emit('interrupting', { atMs: environment.now() })
      connection.send({ type: 'interrupt' })
      return interrupts.wait()
    },
    commit: () => send({ type: 'commit' }),
    close: link.close,
  }
}

function helloOf(options: VoiceClientOptions): Omit<HelloInput, 'resume'> {
  return {
    type: 'hello',
    version: 1,
    input: { codec: 'pcm16', sampleRate: options.input?.sampleRate ?? DEFAULT_INPUT_RATE },
    output: { codec: 'pcm16', sampleRate: options.output?.sampleRate ?? DEFAULT_OUTPUT_RATE },
    reportsPlayed: options.reportsPlayed ?? true,
    ...(options.agent === undefined ? {} : { agent: options.agent }),
    ...(options.language === undefined ? {} : { language: options.language }),
  }
}

/** The one promise that all callers of `connect` share until the connection is there or given up. */
function createArrivals() {
  let pending: PromiseWithResolvers<Ready> | undefined
  return {
    next(): Promise<Ready> {
      pending ??= withResolvers<Ready>()
      return pending.promise
    },
    resolve(ready: Ready): void {
      pending?.resolve(ready)
      pending = undefined
    },
    reject(error: ClientError): void {
      pending?.reject(error)
      pending = undefined
    },
  }
}

interface PromiseWithResolvers<Value> {
  readonly promise: Promise<Value>
  readonly resolve: (value: Value) => void
  readonly reject: (error: ClientError) => void
}

function withResolvers<Value>(): PromiseWithResolvers<Value> {
  let resolve: (value: Value) => void = () => {}
  let reject: (error: ClientError) => void = () => {}
  const promise = new Promise<Value>((onValue, onError) => {
    resolve = onValue
    reject = onError
  })
  // A page that listens to `failed` has no use for the promise, and is told there as well.
  promise.catch(() => {})
  return { promise, resolve, reject }
}
