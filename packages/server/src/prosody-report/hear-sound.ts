/** Hears a recording to its end, each of its sides with an analyser of its own, and tells what comes of it. */
import {
  loadResampling,
  type ProsodyAnalyser,
  type ProsodyAnalyserOptions,
  type ProsodyFrame,
  type Resampler,
  type UtteranceProsody,
} from '@parley/audio'
import { ParleyError } from '@parley/core'
import type { SoundDecoder, SoundFormat } from './decode-sound.js'
import { type ChannelChoice, pickSides, type Side, type SidePicker } from './sides.js'

export interface HearSoundOptions {
  readonly bytes: AsyncIterable<Uint8Array>
  readonly decoder: SoundDecoder
  readonly channel: ChannelChoice | undefined
  readonly analysis: AnalysisOptions
  readonly analyserFor: (options: ProsodyAnalyserOptions) => ProsodyAnalyser
  readonly sink: SoundSink
  /** Asked between pieces: nobody wants the rest. */
  readonly stopped: () => boolean
}

/** Sizes in samples of the recording. */
export type AnalysisOptions = Pick<ProsodyAnalyserOptions, 'frameSize' | 'hopSize' | 'manner'>

export interface SoundFacts extends SoundFormat {
  readonly sides: readonly Side[]
  /** Of the analysis: ms a frame looks at, and from one frame to the next. */
  readonly frameMs: number
  readonly hopMs: number
  readonly delayMs: number
}

/** Frames and utterances are valid only during the call. */
export interface SoundSink {
  began(facts: SoundFacts): void
  frame(side: number, frame: ProsodyFrame): void
  utterance(side: number, utterance: UtteranceProsody): void
  /** A piece was heard; the next is read when this is done. */
  heard(progress: { readonly durationMs: number; readonly bytes: number }): Promise<void>
}

export interface HeardSound {
  readonly durationMs: number
  /** It ended before its header says, or within a sample. */
  readonly truncated: boolean
  /** Somebody stopped it before its end. */
  readonly stopped: boolean
}

/** The analysis goes no higher; speech has nothing there. */
const highestRate = 48_000

/** @throws ParleyError `bad_audio_file`, `bad_config` */
export async function hearSound(options: HearSoundOptions): Promise<HeardSound> {
  const { bytes, decoder, sink, stopped } = options
  const resampling = await loadResampling()
  let ears: Ears | undefined
  let samples = 0
  let readBytes = 0
  let brokenOff = false
  for await (const piece of bytes) {
    readBytes += piece.length
    const channels = decoder.decode(piece)
    const { format } = decoder
    if (format !== undefined && channels.length > 0) {
      ears ??= openEars(options, format, given => resampling.create(given))
      ears.hear(channels)
      samples += channels[0]?.length ?? 0
      await sink.heard({ durationMs: (samples * 1000) / format.rate, bytes: readBytes })
    }
    brokenOff = stopped()
    if (brokenOff) break
  }
  brokenOff ||= stopped()
  if (brokenOff && ears === undefined) return { durationMs: 0, truncated: false, stopped: true }
  const { truncated } = decoder.end()
  ears?.end()
  const durationMs = (samples * 1000) / (decoder.format?.rate ?? 1)
  await sink.heard({ durationMs, bytes: readBytes })
  return { durationMs, truncated: truncated && !brokenOff, stopped: brokenOff }
}

interface Ears {
  hear(channels: readonly Int16Array[]): void
  end(): void
}

type CreateResampler = (options: { readonly fromRate: number; readonly toRate: number }) => Resampler

function openEars(options: HearSoundOptions, format: SoundFormat, resampler: CreateResampler): Ears {
  const { sink } = options
  const picker: SidePicker = pickSides(format.channels, options.channel)
  const rate = Math.min(format.rate, highestRate)
  const ears = picker.sides.map((_, side) => ({
    analyser: analyserOf(options, format, rate),
    resampler: format.rate > rate ? resampler({ fromRate: format.rate, toRate: rate }) : undefined,
    sink: {
      frame: (frame: ProsodyFrame) => sink.frame(side, frame),
      utterance: (utterance: UtteranceProsody) => sink.utterance(side, utterance),
    },
  }))
  const first = ears[0]?.analyser
  const msOf = (size: number) => (size * 1000) / rate
  sink.began({
    ...format,
    sides: picker.sides,
    frameMs: msOf(first?.frameSize ?? 0),
    hopMs: msOf(first?.hopSize ?? 0),
    delayMs: first?.delayMs ?? 0,
  })
  return {
    // In turns, so that what both sides say is told in the order of time.
    hear(channels) {
      const turn = Math.ceil(format.rate / 20)
      const picked = picker.pick(channels)
      for (let from = 0; from < (picked[0]?.length ?? 0); from += turn) {
        for (const [side, ear] of ears.entries()) {
          const samples = (picked[side] as Int16Array).subarray(from, from + turn)
          ear.analyser.hear(ear.resampler?.process(samples) ?? samples, ear.sink)
        }
      }
    },
    end() {
      for (const { analyser, resampler, sink } of ears) {
        if (resampler) analyser.hear(resampler.flush(), sink)
        analyser.end(sink)
        resampler?.close()
      }
    },
  }
}

function analyserOf({ analysis, analyserFor }: HearSoundOptions, format: SoundFormat, rate: number) {
  const { frameSize, hopSize, manner } = analysis
  const scaled = (size: number) => Math.round((size * rate) / format.rate)
  try {
    return analyserFor({
      rate,
      ...(frameSize === undefined ? {} : { frameSize: scaled(frameSize) }),
      ...(hopSize === undefined ? {} : { hopSize: scaled(hopSize) }),
      ...(manner === undefined ? {} : { manner }),
    })
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause
    throw new ParleyError('bad_config', `${cause.message} Samples are counted at ${format.rate} Hz here.`, {
      cause,
    })
  }
}
