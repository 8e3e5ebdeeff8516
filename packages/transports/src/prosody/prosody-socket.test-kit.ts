/** What the tests of the prosody socket share: a socket that is none, an analyser by script, a client to look at. */
import { EventEmitter } from 'node:events'
import type { ProsodyAnalyser, ProsodyFrame } from '@parley/audio'
import { type ProsodyServerMessage, prosodyServerMessageSchema } from '@parley/protocol'
import type { WebSocket } from 'ws'
import { HandClock } from '../ws/harness.test.support.js'
import { defaultProsodyLimits, type ProsodyLimits } from './prosody-limits.js'
import type { ProsodyMeter } from './prosody-meter.js'
import { type ProsodySocketOptions, serveProsodySocket } from './serve-prosody-socket.js'

export const someFrame: ProsodyFrame = {
  atMs: 32,
  pitchHz: 220.004,
  voicing: 0.9123456,
  semitones: 1.5,
  energy: 0.5,
  rms: 0.25,
  levelDb: -12.041,
  loudness: -15,
  voicedFraction: 1,
  tilt: -6,
  centroidHz: 440,
  harmonicity: 20,
  syllableRate: 4,
  speaking: true,
  arousal: 0.5,
  emotion: 'neutral',
  clipped: false,
}

/** A frame for every hop of samples; an utterance with each end that had any. */
export class CountingAnalyser implements ProsodyAnalyser {
  readonly delayMs = 32
  readonly frameSize: number
  readonly hopSize: number
  readonly heard: number[] = []
  #told = 0

  constructor(frameSize: number, hopSize: number) {
    this.frameSize = frameSize
    this.hopSize = hopSize
  }

  hear(samples: Int16Array | Float32Array, sink: Parameters<ProsodyAnalyser['hear']>[1]): void {
    for (const sample of samples) this.heard.push(sample)
    while ((this.#told + 1) * this.hopSize <= this.heard.length) {
      this.#told += 1
      sink.frame({ ...someFrame, atMs: this.#told })
    }
  }

  end(sink: Parameters<ProsodyAnalyser['end']>[0]): void {
    if (this.heard.length > 0) {
      sink.utterance?.({
        ...{ fromMs: 0, untilMs: 100, pitch: undefined, levelDb: -20, loudness: -20, syllables: 1 },
        ...{ syllableRate: 4, pauses: 0, pauseMs: 0, voicedFraction: 1, arousal: 0.5, emotion: 'neutral' },
        evidence: [],
      })
    }
    this.reset()
  }

  reset(): void {
    this.heard.length = 0
    this.#told = 0
  }
}

/** The parts of a `ws` socket that an edge touches. What is sent is kept; `full` makes as if nobody read it. */
export class VirtualSocket extends EventEmitter {
  readonly sent: (string | Uint8Array)[] = []
  bufferedAmount = 0
  full = false
  paused = false
  closedWith: string | undefined
  pings = 0
  #written: (() => void)[] = []

  send(data: string | Uint8Array, _options: object, written?: () => void): void {
    this.sent.push(data)
    if (this.full) this.bufferedAmount += data.length
    if (written !== undefined) this.#written.push(written)
  }

  /** The far end reads again. */
  drain(): void {
    this.full = false
    this.bufferedAmount = 0
    // A real one is told later, never from within `send`.
    for (const written of this.#written.splice(0)) written()
  }

  ping(): void {
    this.pings += 1
  }

  pause(): void {
    this.paused = true
  }

  resume(): void {
    this.paused = false
  }

  close(code: number, reason: string): void {
    this.closedWith ??= `${code} ${reason}`
  }

  terminate(): void {
    this.closedWith ??= 'cut'
    this.gone(1006)
  }

  gone(code: number): void {
    this.emit('close', code, Buffer.alloc(0))
  }

  /** As the far end sends it. */
  say(message: object | string): void {
    this.emit('message', Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)), false)
  }

  sound(bytes: Uint8Array): void {
    this.emit('message', Buffer.from(bytes), true)
  }

  /** What came as text since the last look, each checked against the schema. */
  take(): ProsodyServerMessage[] {
    const texts = this.sent.splice(0).filter(data => typeof data === 'string')
    return texts.map(text => prosodyServerMessageSchema.parse(JSON.parse(text)))
  }

  /** Their types, for short. */
  types(): string {
    return this.take()
      .map(({ type }) => type)
      .join(' ')
  }
}

export interface ProsodyStage {
  readonly clock: HandClock
  readonly socket: VirtualSocket
  readonly analysers: CountingAnalyser[]
  readonly counts: { open: number; sent: number; dropped: number }
  readonly logged: string[]
}

export interface ProsodyStageOptions extends Partial<Omit<ProsodySocketOptions, 'limits'>> {
  readonly limits?: Partial<ProsodyLimits>
}

/** A socket at 16 kHz with a frame of 1024 samples and a hop of 512; greeted. */
export function openProsodyStage({ limits, ...more }: ProsodyStageOptions = {}): ProsodyStage {
  const clock = new HandClock()
  const socket = new VirtualSocket()
  const analysers: CountingAnalyser[] = []
  const counts = { open: 0, sent: 0, dropped: 0 }
  const logged: string[] = []
  const write = (facts: object, message: string) => void logged.push(`${message} ${JSON.stringify(facts)}`)
  const meter: ProsodyMeter = {
    opened: () => void counts.open++,
    closed: () => void counts.open--,
    framesSent: count => {
      counts.sent += count
    },
    framesDropped: count => {
      counts.dropped += count
    },
    answered() {},
  }
  serveProsodySocket({
    socket: socket as unknown as WebSocket,
    tenant: 'acme',
    mayFollow: () => true,
    createAnalyser({ frameSize = 0, hopSize = 0 }) {
      const analyser = new CountingAnalyser(frameSize, hopSize)
      analysers.push(analyser)
      return analyser
    },
    defaults: {
      ...{ sampleRate: 16_000, frameSize: 1024, hopSize: 512 },
      ...{ encoding: 'pcm16', batch: 1, output: 'json', manner: 'fast' },
    },
    limits: { ...defaultProsodyLimits, ...limits },
    meter,
    clock,
    epochMs: () => 1_700_000_000_000 + clock.now(),
    log: { info: write, warn: write },
    ...more,
  })
  return { clock, socket, analysers, counts, logged }
}

/** So many samples of PCM16, each its own number. */
export function pcm(count: number, from = 0): Buffer {
  const samples = Int16Array.from({ length: count }, (_, index) => from + index)
  return Buffer.from(samples.buffer)
}
