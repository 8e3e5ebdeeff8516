/**
 * The sound of one connection in the formats that its `ready` agreed: samples to messages and messages to samples,
 * and what is said about sound in its place among it.
 */
import type { Ready } from '@parley/protocol'
import { ClientError } from '../client-error.js'
import { createOpusDecoder } from './opus-decoder.js'
import { createOpusEncoder, type OpusEncoder } from './opus-encoder.js'
import type { WebCodecs } from './web-codecs.js'

export interface SoundLineOptions {
  readonly ready: Ready
  readonly webCodecs: WebCodecs | undefined
  /** Speech that may come at once, ms. */
  readonly waitingMs: number
  readonly timer: (ms: number, run: () => void) => () => void
  /** A message, and the speech in it. */
  readonly send: (bytes: Int16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>, speech: Speech) => void
  readonly audio: (samples: Int16Array<ArrayBuffer>) => void
  readonly dropped: (samples: number) => void
  readonly bad: (reason: string) => void
  /** The browser's codec gave up; told at most once a direction. */
  readonly failed: (cause: unknown) => void
}

export interface Speech {
  readonly samples: Int16Array<ArrayBuffer>
  /** Hz. */
  readonly sampleRate: number
}

export interface SoundLine {
  /** Bytes of two seconds of speech as it is sent. */
  readonly twoSecondsBytes: number
  /** @throws ClientError `bad-option` for PCM16 at another rate than agreed. */
  send(samples: Int16Array<ArrayBuffer>, sampleRate: number): void
  /** Runs once all that was spoken so far is on its way. */
  afterSpoken(run: () => void): void
  receive(bytes: ArrayBuffer): void
  /** Runs between the sound received before and after it; `begins` where a stretch of sound follows. */
  amongSound(run: () => void, begins: boolean): void
  /** Returns the speech that was given and not sent, in order. */
  close(): Speech[]
}

type Speaker = Pick<SoundLine, 'twoSecondsBytes' | 'send' | 'afterSpoken' | 'close'>
type Listener = Pick<SoundLine, 'receive' | 'amongSound'> & { close(): void }

/** Less would drop speech because a long typed turn leaves beside it. */
const LEAST_BUFFERED_BYTES = 8_000
const LEAST_WAITING_MS = 1_000
/** Without a word of the gateway, as its settings are without a word of theirs. */
const DEFAULT_MANNER = { packetMs: 20, bitrate: 16_000, lookaheadMs: 0 }

export function openSoundLine(options: SoundLineOptions): SoundLine {
  const { input, output } = options.ready
  const speaker = input.codec === 'opus' ? opusSpeaker(options) : pcmSpeaker(options)
  const listener = output.codec === 'opus' ? opusListener(options) : pcmListener(options)
  return {
    ...speaker,
    ...listener,
    close() {
      listener.close()
      return speaker.close()
    },
  }
}

function pcmSpeaker({ ready, send }: SoundLineOptions): Speaker {
  const agreed = ready.input.sampleRate
  return {
    twoSecondsBytes: agreed * 2 * 2,
    send(samples, sampleRate) {
      if (sampleRate !== agreed) {
        const cure = 'open the source with `sampleRate: client.ready.input.sampleRate`'
        throw new ClientError('bad-option', `Sound of ${sampleRate} Hz where ${agreed} was agreed; ${cure}.`)
      }
      send(samples, { samples, sampleRate })
    },
    afterSpoken: run => run(),
    close: () => [],
  }
}

function pcmListener({ audio, bad }: SoundLineOptions): Listener {
  return {
    receive(bytes) {
      if (bytes.byteLength % 2 === 1) bad('audio of an odd number of bytes')
      else audio(new Int16Array(bytes))
    },
    amongSound: run => run(),
    close() {},
  }
}

/** Packets are the same to the far end whatever rate they were made at, so the encoder has the rate of the source. */
function opusSpeaker(options: SoundLineOptions): Speaker {
  const { webCodecs, timer, dropped, failed } = options
  const waitingMs = Math.max(LEAST_WAITING_MS, options.waitingMs)
  const { packetMs, bitrate } = options.ready.opus ?? DEFAULT_MANNER
  let encoder: OpusEncoder | undefined
  let rate: number | undefined

  function close(): Speech[] {
    const sampleRate = rate ?? 0
    return (encoder?.close() ?? []).map(samples => ({ samples, sampleRate }))
  }

  return {
    twoSecondsBytes: Math.max(LEAST_BUFFERED_BYTES, bitrate / 4),
    send(samples, sampleRate) {
      if (webCodecs === undefined) return
      if (rate !== sampleRate) {
        for (const { length } of encoder?.close() ?? []) dropped(length)
        rate = sampleRate
        const manner = { sampleRate, packetMs, bitrate }
        const packet = (bytes: Uint8Array<ArrayBuffer>, speech: Int16Array<ArrayBuffer>) =>
          options.send(bytes, { samples: speech, sampleRate })
        encoder = createOpusEncoder({ webCodecs, manner, waitingMs, timer, packet, dropped, failed })
      }
      encoder?.encode(samples)
    },
    afterSpoken(run) {
      if (encoder === undefined) run()
      else encoder.finish(run)
    },
    close,
  }
}

function opusListener({ ready, webCodecs, timer, audio, failed }: SoundLineOptions): Listener {
  const { packetMs, lookaheadMs } = { ...DEFAULT_MANNER, ...ready.opus }
  if (webCodecs === undefined) return { receive() {}, amongSound: run => run(), close() {} }
  const decoder = createOpusDecoder({ webCodecs, packetMs, lookaheadMs, timer, audio, failed })
  return {
    receive: decoder.decode,
    amongSound(run, begins) {
      decoder.after(() => {
        if (begins) decoder.begin()
        run()
      })
    },
    close: decoder.close,
  }
}
