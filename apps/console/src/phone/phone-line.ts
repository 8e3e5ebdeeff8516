/**
 * The telephone of the page: its socket to the gateway's phone emulator, its ear and its mouth. Knows nothing of React.
 * Every action may be called at any time; what makes no sense then is left to the gateway to refuse.
 */
import {
  type AudioSource,
  ClientError,
  createAudioContext,
  openMicrophone,
  openRecording,
} from '@parley/client'
import type { HandsetClientMessageInput, HandsetServerMessage } from '@parley/protocol'
import { workletSource } from '../session/sound.js'
import { createStore, type Store } from '../session/store.js'
import { createPhoneEar } from './phone-ear.js'
import { afterMessage, type PhoneState, silentPhone } from './phone-state.js'

export interface PhoneLine extends Pick<Store<PhoneState>, 'snapshot' | 'subscribe'> {
  /** Takes the number. Call from a click: the sound is opened with it. */
  connect(number: string): void
  disconnect(): void
  dial(number: string): void
  answer(): void
  refuse(): void
  hangUp(): void
  key(digit: string): void
  network(change: { readonly jitterMs?: number; readonly lossPercent?: number }): void
  /** Speaks with the microphone, a recording, or not at all. */
  speak(mouth: 'silent' | 'microphone' | ArrayBuffer): void
}

export interface PhoneLineOptions {
  /** Of the gateway. */
  readonly origin: string
  readonly token: () => string
}

const RATE = 8_000

export function createPhoneLine({ origin, token }: PhoneLineOptions): PhoneLine {
  const store = createStore<PhoneState>(silentPhone)
  let socket: WebSocket | undefined
  let context: AudioContext | undefined
  let mouth: AudioSource | undefined
  /** Rises with each choice of a mouth; what opens late for an older one is closed again. */
  let choice = 0

  function send(message: HandsetClientMessageInput): void {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
  }

  function connect(number: string): void {
    if (socket !== undefined) return
    context ??= createAudioContext()
    void context.resume()
    const ear = createPhoneEar(context)
    const bearer = token() === '' ? [] : [`bearer.${token()}`]
    const own = new WebSocket(`${origin.replace(/^http/, 'ws')}/v1/handset`, ['parley.handset.v1', ...bearer])
    own.binaryType = 'arraybuffer'
    socket = own
    store.update({ link: 'connecting', problem: undefined })
    own.onopen = () => send({ type: 'hello', version: 1, number })
    own.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => {
      if (typeof data === 'string') store.update(afterMessage(store.snapshot(), read(data)))
      else ear.play(new Int16Array(data))
    }
    own.onclose = () => {
      if (socket === own) socket = undefined
      const wanted = store.snapshot().link === 'off'
      store.update({ call: undefined, ...(wanted ? {} : { link: 'lost' as const }) })
      speak('silent')
    }
  }

  async function open(given: 'microphone' | ArrayBuffer, own: number): Promise<void> {
    context ??= createAudioContext()
    const options = { context, sampleRate: RATE, ...workletSource }
    const opened =
      given === 'microphone'
        ? await openMicrophone(options)
        : await openRecording({ ...options, recording: given, tailMs: 0, monitorGain: 0.5 })
    if (own !== choice) return opened.close()
    mouth = opened
    opened.on('frame', ({ samples }) => {
      if (store.snapshot().call?.phase === 'connected' && socket?.readyState === WebSocket.OPEN)
        socket.send(samples)
    })
    opened.on('ended', ({ error }) => {
      if (own === choice) store.update({ mouth: 'silent', mouthFault: error?.code })
    })
    store.update({ mouth: given === 'microphone' ? 'microphone' : 'recording' })
  }

  function speak(given: 'silent' | 'microphone' | ArrayBuffer): void {
    choice += 1
    const own = choice
    mouth?.close()
    mouth = undefined
    store.update({ mouth: given === 'silent' ? 'silent' : 'opening', mouthFault: undefined })
    if (given === 'silent') return
    open(given, own).catch(thrown => {
      const mouthFault = thrown instanceof ClientError ? thrown.code : 'bad-recording'
      if (own === choice) store.update({ mouth: 'silent', mouthFault })
    })
  }

  return {
    snapshot: store.snapshot,
    subscribe: store.subscribe,
    connect,
    disconnect() {
      store.update({ link: 'off' })
      socket?.close(1000)
    },
    dial: to => send({ type: 'dial', to }),
    answer: () => send({ type: 'answer' }),
    refuse: () => send({ type: 'refuse' }),
    hangUp: () => send({ type: 'hang-up' }),
    key: digit => send({ type: 'key', digit }),
    network(change) {
      store.update(change)
      const { jitterMs, lossPercent } = store.snapshot()
      send({ type: 'network', jitterMs, lossPercent })
    },
    speak,
  }
}

/** From the page's own gateway: a message that is none would be a fault of ours. */
function read(text: string): HandsetServerMessage {
  return JSON.parse(text) as HandsetServerMessage
}
