/**
 * WebCodecs without a codec: a packet is two bytes, the number of the frame that it was made of. Nothing comes out
 * before the test says so.
 */
import type { WebCodecs } from '../codec/web-codecs.js'

export interface FakeCodecs {
  readonly webCodecs: WebCodecs
  /** Every frame that an encoder took. */
  readonly frames: { readonly samples: Int16Array; readonly timestamp: number; readonly sampleRate: number }[]
  readonly encoders: FakeCodec[]
  readonly decoders: FakeCodec[]
  /** Bytes of every packet that a decoder took. */
  readonly packets: number[][]
  readonly opened: { data: number; closed: number }
}

export interface FakeCodec {
  readonly config: AudioEncoderConfig | AudioDecoderConfig | undefined
  readonly state: string
  readonly inside: number
  flushes: number
  /** Lets out what is inside, or the first `count`, whether the codec is closed or not. */
  letOut(count?: number): void
  fail(): void
}

export interface FakeOptions {
  readonly supported?: boolean | 'throws'
  readonly decodedRate?: number
  readonly floatsOnly?: boolean
}

interface Init {
  readonly output: (out: never) => void
  readonly error: (error: DOMException) => void
}

export function createFakeCodecs(options: FakeOptions = {}): FakeCodecs {
  const { supported = true, decodedRate = 48_000, floatsOnly = false } = options
  const frames: FakeCodecs['frames'] = []
  const packets: number[][] = []
  const encoders: FakeCodec[] = []
  const decoders: FakeCodec[] = []
  const opened = { data: 0, closed: 0 }

  class Codec implements FakeCodec {
    static isConfigSupported(config: unknown): Promise<unknown> {
      return supported === 'throws' ? Promise.reject(new TypeError()) : Promise.resolve({ supported, config })
    }

    config: AudioEncoderConfig | undefined
    state = 'unconfigured'
    flushes = 0
    readonly outputs: (() => void)[] = []
    readonly init: Init

    constructor(init: Init) {
      this.init = init
    }

    get inside() {
      return this.outputs.length
    }
    configure(config: AudioEncoderConfig) {
      this.config = config
      this.state = 'configured'
    }
    letOut(count = this.outputs.length) {
      for (const output of this.outputs.splice(0, count)) output()
    }
    flush() {
      this.flushes++
      this.letOut()
      return Promise.resolve()
    }
    fail() {
      this.state = 'closed'
      this.init.error(new DOMException('', 'EncodingError'))
    }
    close() {
      if (this.state === 'closed') throw new DOMException('', 'InvalidStateError')
      this.state = 'closed'
    }
    take(output: () => void) {
      if (this.state !== 'configured') throw new DOMException('', 'InvalidStateError')
      this.outputs.push(output)
    }
  }

  class Encoder extends Codec {
    constructor(init: Init) {
      super(init)
      encoders.push(this)
    }
    get encodeQueueSize() {
      return this.inside
    }
    encode(data: FakeAudioData) {
      const { samples, timestamp, sampleRate } = data
      const at = frames.push({ samples, timestamp, sampleRate }) - 1
      const bytes = Uint8Array.of(at >> 8, at & 255)
      this.take(() =>
        this.init.output({ byteLength: 2, copyTo: (to: Uint8Array) => to.set(bytes) } as unknown as never),
      )
    }
  }

  class Decoder extends Codec {
    constructor(init: Init) {
      super(init)
      decoders.push(this)
    }
    decode({ bytes }: FakeChunk) {
      packets.push([...bytes])
      this.take(() => this.init.output(soundOf(bytes[1] ?? 0) as never))
    }
  }

  /** 20 ms that count up from the number of the packet. */
  function soundOf(number: number) {
    opened.data++
    return {
      sampleRate: decodedRate,
      numberOfFrames: 960,
      copyTo(
        to: Int16Array | Float32Array,
        { frameOffset, format }: { frameOffset: number; format: string },
      ) {
        if (format === 's16-planar' && floatsOnly) throw new DOMException('', 'NotSupportedError')
        const unit = format === 's16-planar' ? 1 : 1 / 32_768
        for (let i = 0; i < to.length; i++) to[i] = (number * 1000 + frameOffset + i) * unit
      },
      close: () => opened.closed++,
    }
  }

  class FakeAudioData {
    readonly samples: Int16Array
    readonly timestamp: number
    readonly sampleRate: number
    constructor(init: { data: Int16Array; timestamp: number; sampleRate: number }) {
      opened.data++
      this.samples = init.data.slice()
      this.timestamp = init.timestamp
      this.sampleRate = init.sampleRate
    }
    close() {
      opened.closed++
    }
  }

  class FakeChunk {
    readonly bytes: Uint8Array
    constructor({ data }: { data: ArrayBuffer }) {
      this.bytes = new Uint8Array(data)
    }
  }

  const parts = {
    AudioEncoder: Encoder,
    AudioDecoder: Decoder,
    AudioData: FakeAudioData,
    EncodedAudioChunk: FakeChunk,
  }
  return { webCodecs: parts as unknown as WebCodecs, frames, packets, encoders, decoders, opened }
}
