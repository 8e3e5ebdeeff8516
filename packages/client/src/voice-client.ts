/**
 * A conversation with a gateway, from the page's side. It carries audio both ways but has no microphone and no
 * loudspeaker; `join.ts` puts those to it. What is said while the connection is away waits, within bounds.
 */
import type { ClientMessageInput, Ready, ServerMessage, ServerMessageOf } from '@parley/protocol'
import { ClientError } from './client-error.js'
import { createCodecChoice } from './codec/codec-choice.js'
import { openSoundLine, type SoundLine } from './codec/sound-line.js'
import { OPUS_OUTPUT_RATE } from './codec/web-codecs.js'
import { createConsents } from './connection/consents.js'
import { createInterrupts } from './connection/interrupts.js'
import { createLink, isLive } from './connection/link.js'
import { createOutbox, type Waiting } from './connection/outbox.js'
import { createSentSpeech, durationMs } from './connection/sent-speech.js'
import { createTakeOvers } from './connection/take-overs.js'
import { createEmitter } from './emitter.js'
import { browserEnvironment, type Environment } from './environment.js'
import type { VoiceClient, VoiceClientOptions, VoiceEvents } from './voice-types.js'
import { withTransport } from './webrtc/lazy-transport.js'
import type { TookTransport } from './webrtc/webrtc-types.js'

const MAX_TEXT_LENGTH = 4_000
const WAITING_AUDIO_MS = 1_000
const MOST_WAITING_AUDIO_MS = 8_000
/** With what was on the wire when it broke; the gateway takes 10 s at once. */
const MOST_AGAIN_MS = 9_000
/** Speech on the wire that may have to be sent again. */
const SENT_MS = 2_000
/** A line that was lost is mostly slow when it is back: what was kept has so long to leave. */
const CATCH_UP_MS = 10_000
const WAITING_MESSAGES = 64
const WAITING_REPLIES = 4
const UNOPENED = 'A message of the gateway was changed or repeated on its way, and was dropped.'
/** Their place among the sound matters, so they wait for what the decoder still holds. */
const amongSound: ReadonlySet<ServerMessage['type']> = new Set(['audio-begin', 'reply-sent', 'clear', 'duck'])

/** A client that does nothing until `connect()`; making one is safe where there is no browser. */
export function createVoiceClient(options: VoiceClientOptions): VoiceClient {
  const events = createEmitter<VoiceEvents>()
  const given: Environment = { ...browserEnvironment(), ...options.environment }
  let took: TookTransport['took'] | undefined
  const environment = withTransport(options, given, way => {
    took = way.took
    events.emit('transport', way)
  })
  const interrupts = createInterrupts(environment)
  const takeOvers = createTakeOvers(environment)
  const consents = createConsents({
    before: () => options.consent,
    send: message => link.connection?.send(message),
  })
  const arrivals = createArrivals()
  const keptMs = waitingAudioMs(options)
  const outbox = createOutbox({
    messages: WAITING_MESSAGES,
    audioMs: keptMs,
    audioAgainMs: MOST_AGAIN_MS,
    replies: WAITING_REPLIES,
  })
  const spoken = createSentSpeech(keptMs === 0 ? 0 : SENT_MS)
  /** What was kept and sent at the last `ready`, ms. */
  const late = { ms: 0, since: 0 }
  const choice = createCodecChoice(options, environment)
  let sound: SoundLine | undefined
  const link = createLink({
    client: options,
    hello: choice.hello,
    consent: () => consents.early,
    environment,
    hooks: {
      changed(change) {
        if (!isLive(change.state)) consents.end()
        events.emit('state-changed', change)
      },
      message: receive,
      audio: bytes => sound?.receive(bytes),
      roundTrip: ms => events.emit('round-trip', { ms }),
      bad: reason => events.emit('bad-message', { reason }),
      unopened: () => events.emit('encryption-fault', new ClientError('encryption-failed', UNOPENED)),
      broken,
      retrying: retry => events.emit('retrying', retry),
      ended,
    },
  })

  function receive(message: ServerMessage): void {
    if (message.type === 'ready') {
      begin(message)
      return deliver(asDecoded(message))
    }
    if (message.type === 'interrupted') interrupts.settle(message.heard)
    if (message.type === 'role') becomes(message)
    if (message.type === 'recording') consents.told(message)
    if (message.type === 'error' && !message.fatal) takeOvers.refused(message)
    if (sound === undefined || !amongSound.has(message.type)) return deliver(message)
    sound.amongSound(() => deliver(message), message.type === 'audio-begin')
  }

  function deliver(message: ServerMessage): void {
    events.emit(message.type, message as never)
    events.emit('message', message)
  }

  function becomes({ role, receivedMs }: ServerMessageOf<'role'>): void {
    takeOvers.became(role)
    spoken.forget()
    spoken.take({ session: link.ready?.session ?? '', receivedMs, isNew: false })
    if (role !== 'speaker' || isCall()) return void outbox.forgetAudio()
    // What was said since the person took over.
    outbox.drain(give)
  }

  /** Of a device that is not the speaker, whatever it was before, no sound is taken. */
  function takeUpSpeech({ session, receivedMs, resumed }: Ready): void {
    if (link.standing.role !== 'speaker') {
      spoken.forget()
      outbox.forgetAudio()
      return
    }
    // On a track there is only what is said now.
    if (isCall()) drop(outbox.forgetAudio())
    const isNew = !resumed && options.join === undefined
    drop(outbox.putBack(spoken.take({ session, receivedMs, isNew })))
  }

  /** Over WebRTC sound is on the tracks. */
  function isCall(): boolean {
    return took === 'webrtc'
  }

  function begin(ready: Ready): void {
    if (!ready.resumed) outbox.forgetPlayed()
    sound = isCall() ? undefined : openSound(ready)
    arrivals.resolve(asDecoded(ready))
    consents.ready(ready)
    takeUpSpeech(ready)
    late.ms = 0
    late.since = environment.now()
    outbox.drain(give)
  }

  function give(waiting: Waiting): void {
    if (waiting.kind === 'message') return tell(waiting.message)
    late.ms += durationMs(waiting)
    try {
      sound?.send(waiting.samples, waiting.sampleRate)
    } catch {
      // Of a source that had another rate than what is agreed by now.
      drop(waiting.samples.length)
    }
  }

  function tell(message: ClientMessageInput): void {
    link.connection?.send(message)
    if (message.type !== 'played') spoken.sent({ kind: 'message', message })
  }

  function drop(samples: number): void {
    if (samples > 0) events.emit('dropped', { samples })
  }

  function openSound(ready: Ready): SoundLine {
    const mine = openSoundLine({
      ready,
      webCodecs: environment.webCodecs(),
      waitingMs: keptMs,
      timer: environment.after,
      send(bytes, speech) {
        link.connection?.sendAudio(bytes)
        spoken.sent({ kind: 'audio', ...speech })
      },
      audio: samples => events.emit('audio', { samples }),
      dropped: samples => events.emit('dropped', { samples }),
      bad: reason => events.emit('bad-message', { reason }),
      // Told later: a codec may fail while the line is still being made.
      failed: cause => queueMicrotask(() => mine === sound && codecFailed(ready, cause)),
    })
    return mine
  }

  /** The formats of a socket are fixed, so the session goes on over another one. */
  function codecFailed(ready: Ready, cause: unknown): void {
    choice.withoutOpus(ready)
    events.emit('codec-failed', new ClientError('codec-failed', undefined, { cause }))
    link.reopen('codec failed')
  }

  function broken(error: ClientError): void {
    const last = sound
    sound = undefined
    const unsent = last?.close() ?? []
    if (last !== undefined) spoken.stayed(unsent.map(speech => ({ kind: 'audio', ...speech })))
    interrupts.reject(error)
    takeOvers.reject(error)
  }

  function ended(error: ClientError): void {
    outbox.clear()
    spoken.forget()
    arrivals.reject(error)
    if (link.state === 'failed') events.emit('failed', error)
  }

  function checkMaySpeak(): void {
    if (link.standing.role === 'listener') throw new ClientError('not-allowed')
    if (!isLive(link.state)) throw new ClientError('not-connected')
  }

  function send(message: ClientMessageInput): void {
    checkMaySpeak()
    if (link.connection) tell(message)
    else if (!outbox.addMessage(message)) throw new ClientError('queue-full')
  }

  function sendAudio(samples: Int16Array<ArrayBuffer>, sampleRate = choice.inputRate(link.ready)): void {
    const { connection, standing } = link
    const isSpeaker = standing.role === 'speaker'
    // Nobody listens to it.
    if (!isSpeaker && !takeOvers.pending) return
    choice.spokenAt(sampleRate)
    let dropped = 0
    if (connection === undefined || !isSpeaker)
      dropped = isLive(link.state) ? outbox.addAudio(samples, sampleRate) : 0
    else if (isCall()) return
    else if (sound === undefined || isBehind(connection.bufferedBytes(), sound)) dropped = samples.length
    else sound.send(samples, sampleRate)
    drop(dropped)
  }

  /** More than two seconds wait in the browser, beside what was kept while there was no connection. */
  function isBehind(bufferedBytes: number, { twoSecondsBytes }: SoundLine): boolean {
    const lateMs = environment.now() - late.since < CATCH_UP_MS ? late.ms : 0
    return bufferedBytes > twoSecondsBytes * (1 + lateMs / 2_000)
  }

  return {
    get state() {
      return link.state
    },
    get ready() {
      return link.ready && asDecoded(link.ready)
    },
    get recording() {
      return consents.notice
    },
    get transport() {
      return took ?? (link.ready && 'websocket')
    },
    get role() {
      return link.standing.role
    },
    traffic: link.traffic,
    on: events.on,
    connect() {
      if (link.state === 'ready' && link.ready) return Promise.resolve(asDecoded(link.ready))
      if (!isLive(link.state)) consents.begin()
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
      if (link.standing.role !== 'speaker') return
      if (isLive(link.state)) outbox.addPlayed(reply, ms)
      link.connection?.send({ type: 'played', reply, ms })
    },
    interrupt() {
      const { connection } = link
      if (connection === undefined) return Promise.reject(new ClientError('not-connected'))
      if (link.standing.role === 'listener') return Promise.reject(new ClientError('not-allowed'))
      events.emit('interrupting', { atMs: environment.now() })
      connection.send({ type: 'interrupt' })
      return interrupts.wait()
    },
    commit() {
      if (sound === undefined) send({ type: 'commit' })
      // The turn ends after its last sound, not before; a session that is gone by then has ended it as well.
      else sound.afterSpoken(() => isLive(link.state) && send({ type: 'commit' }))
    },
    consent(granted) {
      checkMaySpeak()
      consents.say(granted)
    },
    takeOver() {
      if (link.standing.role === 'speaker') return Promise.resolve()
      const { connection } = link
      if (connection === undefined) return Promise.reject(new ClientError('not-connected'))
      const asked = takeOvers.ask(() => connection.send({ type: 'take-over' }))
      asked.catch(outbox.forgetAudio)
      return asked
    },
    resume: () => link.reopen('moved'),
    wake: link.wake,
    close: link.close,
  }
}

/** Browsers decode Opus to one rate, whatever the session speaks at: that is what a player has to have. */
function asDecoded(ready: Ready): Ready {
  if (ready.output.codec !== 'opus' || ready.output.sampleRate === OPUS_OUTPUT_RATE) return ready
  return { ...ready, output: { codec: 'opus', sampleRate: OPUS_OUTPUT_RATE } }
}

function waitingAudioMs({ waitingAudioMs: ms = WAITING_AUDIO_MS }: VoiceClientOptions): number {
  if (ms >= 0 && ms <= MOST_WAITING_AUDIO_MS) return ms
  throw new ClientError('bad-option', `\`waitingAudioMs\` has to be 0–${MOST_WAITING_AUDIO_MS}.`)
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
