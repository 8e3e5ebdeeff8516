/**
 * What runs in the browser: a microphone that gives bursts at known times, a loudspeaker that is listened to beside the
 * page's own account, and the client over one edge. All times are of the epoch, ms.
 *
 * They are taken on the audio thread, as a block is rendered (`Date.now()`, whole ms): a context's own time runs ahead of what the
 * page is told of it, by tens of ms. What sound cards add at both ends is not in it.
 */
import {
  createAssistant,
  createVoice,
  createVoiceClient,
  playTrack,
} from '../../../packages/client/dist/index.js'

export interface EdgeWish {
  readonly edge: 'pcm' | 'opus' | 'sealed' | 'socketio' | 'webrtc'
  readonly url: string
  readonly pin: string
  readonly chunkSize: number
}

interface Ear {
  /** When the loudspeaker turned loud, and silent; the latter is the last loud sample. */
  readonly loudAt: number[]
  readonly silentAt: number[]
}

const audioCode = `registerProcessor('bench-ear', class extends AudioWorkletProcessor {
  constructor() { super(); this.last = 0; this.loud = false }
  process([[input]]) {
    const at = input ? input.findLastIndex(sample => Math.abs(sample) >= 0.02) : -1
    if (at >= 0) {
      this.last = Date.now()
      if (!this.loud) this.port.postMessage(['loud', this.last])
      this.loud = true
    } else if (this.loud && Date.now() - this.last > 80) {
      this.loud = false
      this.port.postMessage(['silent', this.last])
    }
    return true
  }
})
registerProcessor('bench-mouth', class extends AudioWorkletProcessor {
  constructor() {
    super()
    this.left = 0
    this.port.onmessage = () => {
      this.left = 0.06 * sampleRate
      this.port.postMessage(Date.now())
    }
  }
  process(_, [[output]]) {
    for (let i = 0; i < output.length; i++)
      output[i] = this.left-- > 0 ? 0.7 * Math.sin(this.left * 2 * Math.PI * 700 / sampleRate) : 0
    return true
  }
})`

async function loadAudioCode(context: AudioContext): Promise<void> {
  const url = URL.createObjectURL(new Blob([audioCode], { type: 'text/javascript' }))
  await context.audioWorklet.addModule(url)
}

const mouth = new AudioContext({ sampleRate: 48_000 })
const outlet = new MediaStreamAudioDestinationNode(mouth, { channelCount: 1 })
const ear: Ear = { loudAt: [], silentAt: [] }
let mouthNode: AudioWorkletNode | undefined
let peers: RTCPeerConnection[] = []

async function openEar(context: AudioContext, from: AudioNode): Promise<void> {
  await loadAudioCode(context)
  const node = new AudioWorkletNode(context, 'bench-ear', { numberOfOutputs: 0 })
  node.port.onmessage = ({ data: [what, atMs] }: MessageEvent<[string, number]>) => {
    if (what === 'loud') ear.loudAt.push(atMs)
    else ear.silentAt.push(atMs)
  }
  from.connect(node)
}

/** Whatever the page plays is heard here as well. */
function listenAtLoudspeaker(): void {
  const { connect } = AudioNode.prototype
  const gathered = new WeakMap<BaseAudioContext, GainNode>()
  AudioNode.prototype.connect = function (this: AudioNode, to: AudioNode | AudioParam, ...rest: number[]) {
    const { context } = this
    if (to instanceof AudioDestinationNode && context instanceof AudioContext) {
      let gain = gathered.get(context)
      if (gain === undefined) {
        gain = new GainNode(context)
        gathered.set(context, gain)
        void openEar(context, gain)
      }
      ;(connect as (...all: unknown[]) => AudioNode).call(this, gain)
    }
    return (connect as (...all: unknown[]) => AudioNode).call(this, to, ...rest)
  } as typeof connect
}

async function begin({ edge, url, pin, chunkSize }: EdgeWish): Promise<void> {
  await mouth.resume()
  await loadAudioCode(mouth)
  mouthNode = new AudioWorkletNode(mouth, 'bench-mouth', { numberOfInputs: 0 })
  mouthNode.connect(outlet)
  navigator.mediaDevices.getUserMedia = async () => outlet.stream.clone()
  if (edge === 'webrtc') return beginRtc(url)
  listenAtLoudspeaker()
  if (edge === 'socketio') {
    const assistant = createAssistant({ url, chunkSize, transports: ['websocket'], vadThreshold: 0.99 })
    return assistant.startCall()
  }
  const voice = createVoice({
    url,
    codec: edge === 'opus' ? 'opus' : 'pcm16',
    duckLocally: false,
    workletUrl: '/audio-worklet-processor.js',
    ...(edge === 'sealed' ? { gatewayKey: pin } : {}),
  })
  await voice.start()
  const { status, error } = voice.snapshot()
  if (status !== 'live') throw error ?? new Error(status)
}

async function beginRtc(url: string): Promise<void> {
  const Native = RTCPeerConnection
  globalThis.RTCPeerConnection = class extends Native {
    constructor(configuration?: RTCConfiguration) {
      super(configuration)
      peers = [...peers, this]
    }
  }
  const element = new Audio()
  // Muting an element is not heard in its stream: that moment is its silence.
  const muted = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, 'muted')
  Object.defineProperty(element, 'muted', {
    get: () => muted?.get?.call(element),
    set(on: boolean) {
      if (on) ear.silentAt.push(Date.now())
      muted?.set?.call(element, on)
    },
  })
  const client = createVoiceClient({
    url,
    transport: 'webrtc',
    webrtc: { microphone: () => outlet.stream.clone() },
  })
  playTrack(client, { element })
  const context = new AudioContext()
  client.on('transport', took => {
    if (took.took === 'webrtc') void openEar(context, context.createMediaStreamSource(took.stream))
  })
  await client.connect()
}

/** A burst of 60 ms in the microphone, with the next block; resolves with when that was. */
function burst(): Promise<number> {
  return new Promise(resolve => {
    if (mouthNode === undefined) return
    mouthNode.port.onmessage = ({ data }: MessageEvent<number>) => resolve(data)
    mouthNode.port.postMessage('burst')
  })
}

/** Bytes on the wire of a call over WebRTC, both ways. */
async function rtcBytes(): Promise<{ readonly sent: number; readonly received: number }> {
  let sent = 0
  let received = 0
  for (const peer of peers)
    for (const each of (await peer.getStats()).values())
      if (each.type === 'transport') {
        sent += each.bytesSent ?? 0
        received += each.bytesReceived ?? 0
      }
  return { sent, received }
}

Object.assign(globalThis, { bench: { begin, burst, ear, rtcBytes } })
