/** The sound on one prosody socket: bytes to an analyser, its frames to messages. */
import type { ProsodyAnalyser, ProsodyAnalyserOptions, ProsodySink } from '@parley/audio'
import { type Clock, ParleyError } from '@parley/core'
import type { ProsodyConfig, ProsodyStreamMessage } from '@parley/protocol'
import { createFrameWriter } from './frame-writer.js'
import type { ProsodyMeter } from './prosody-meter.js'
import type { ProsodyOutbox } from './prosody-outbox.js'
import { createSoundIn } from './sound-in.js'
import { changeConfig, hopMsOf, type StreamConfig } from './stream-config.js'

export type CreateAnalyser = (options: ProsodyAnalyserOptions) => ProsodyAnalyser

export interface ProsodyStreamOptions {
  readonly defaults: StreamConfig
  readonly createAnalyser: CreateAnalyser
  readonly clock: Clock
  readonly epochMs: () => number
  readonly outbox: Pick<ProsodyOutbox, 'frames' | 'send'>
  readonly meter: Pick<ProsodyMeter, 'answered'>
  /** Longest sound of one call, ms. */
  readonly messageMs: number
}

export interface ProsodyStream {
  /**
   * Tells how much sound it was, ms, of which bytes that were kept for the next are no part.
   * @throws ParleyError `too_large`; nothing of it was heard then
   */
  hear(bytes: Uint8Array): number
  /** Begins anew in another manner. @throws ParleyError `bad_message`; then it goes on as before */
  configure(wish: ProsodyConfig): Extract<ProsodyStreamMessage, { type: 'configured' }>
  /** No more will come: all of it is told, and it begins anew. Returns how many frames there were. */
  end(): number
  /** What is held is forgotten, and it begins anew. */
  reset(): void
  /** Nothing is kept or told from now on. */
  close(): void
}

export function createProsodyStream(options: ProsodyStreamOptions): ProsodyStream {
  const { createAnalyser, clock, epochMs, outbox, meter } = options
  const state = { frames: 0 }
  let config = options.defaults
  let sound = createSoundIn(config.encoding)
  let writer = createFrameWriter({ ...options, config })
  /** Made with the first sound: a socket that only subscribes needs none. */
  let analyser: ProsodyAnalyser | undefined
  const sink: ProsodySink = {
    frame(frame) {
      state.frames += 1
      writer.add(frame)
    },
    utterance(utterance) {
      writer.flush()
      outbox.send(JSON.stringify({ type: 'utterance', timestamp: epochMs(), utterance }, shortNumber))
    },
  }

  function beginAnew(): void {
    sound = createSoundIn(config.encoding)
    analyser?.reset()
    state.frames = 0
  }

  function tellRest(): number {
    analyser?.end(sink)
    writer.flush()
    return state.frames
  }

  return {
    hear(bytes) {
      const ms = ((bytes.length / sound.sampleBytes) * 1000) / config.sampleRate
      if (ms > options.messageMs) {
        throw new ParleyError(
          'too_large',
          `${(ms / 1000).toFixed(1)} s of sound in one message; send pieces of up to ${options.messageMs / 1000} s. Nothing of it was heard.`,
        )
      }
      const atMs = clock.now()
      const before = state.frames
      analyser ??= createAnalyser(analyserOptions(config))
      const samples = sound.read(bytes)
      if (samples.length > 0) analyser.hear(samples, sink)
      if (state.frames > before) meter.answered(clock.now() - atMs)
      return ms
    },
    configure(wish) {
      const next = changeConfig(config, wish)
      const made = makeAnalyser(createAnalyser, next)
      tellRest()
      writer.close()
      config = next
      analyser = made
      writer = createFrameWriter({ ...options, config })
      beginAnew()
      return { type: 'configured', ...config, hopMs: hopMsOf(config), delayMs: made.delayMs }
    },
    end() {
      const frames = tellRest()
      beginAnew()
      return frames
    },
    reset() {
      writer.close()
      beginAnew()
    },
    close() {
      writer.close()
      analyser = undefined
    },
  }
}

/** Finer is nothing that a voice can tell. */
function shortNumber(_name: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 10_000) / 10_000 : value
}

function analyserOptions({ sampleRate, frameSize, hopSize, manner }: StreamConfig): ProsodyAnalyserOptions {
  return { rate: sampleRate, frameSize, hopSize, manner }
}

function makeAnalyser(create: CreateAnalyser, config: StreamConfig): ProsodyAnalyser {
  try {
    return create(analyserOptions(config))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ParleyError('bad_message', `This cannot be analysed: ${reason}`, { cause })
  }
}
