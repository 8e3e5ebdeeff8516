/**
 * Recordings of calls: one segment for each session of a call (a transfer, another node), made into one file when the call
 * is over. Segments are named by when they began, so that they can be joined whoever wrote them, and whatever died.
 */

import { type Opus, type Resampling, wavHeader } from '@parley/audio'
import type { Clock } from '@parley/core'
import type { CallKey } from '../call.js'
import { type CallRecorder, createCallRecorder } from './call-recorder.js'
import { createOggOpus } from './ogg-opus.js'
import type { RecordingShelf } from './recording-shelf.js'
import { createWavSpool, type RecordingSink, repairedHeader, wavHeaderBytes } from './recording-sink.js'
import { createWaveform } from './waveform.js'

export interface RecordingsOptions {
  readonly shelf: RecordingShelf
  readonly clock: Clock
  /** Epoch ms. */
  now(): number
  readonly resampling: Resampling
  readonly opus: Opus
  /** Hz, 8000 or 16000; the same for all segments of a call. */
  readonly rate: 8_000 | 16_000
  /** A number of 32 bits that is not used for another. */
  serial(): number
  /** Lets everything else that is ready run; asked between slices of a few ms of work. */
  rest(): Promise<void>
}

export interface Recordings {
  /** Begins a segment. */
  record(call: CallKey, options?: { roundTripMs?(): number | undefined }): CallRecorder
  /**
   * Joins the segments into `call.wav`, `call.ogg` and `call.json` (the waveform) and deletes them; undefined where there
   * is none. Safe to ask again after a crash. @throws ParleyError `store_failed`, `store_full`
   */
  finish(call: CallKey): Promise<FinishedRecording | undefined>
}

export interface FinishedRecording {
  readonly durationMs: number
  readonly segments: number
}

const segmentPattern = /^segment-(\d+)-[a-z0-9]+\.wav$/
const bytesPerPair = 4
const opusFrameMs = 20
/** Encoded between two rests: some 2 ms of work. */
const framesPerSlice = 5

interface Segment {
  readonly name: string
  readonly beganMs: number
  readonly pairs: number
}

export function openRecordings(options: RecordingsOptions): Recordings {
  const { shelf, clock, rate, resampling } = options

  async function segmentsOf(call: CallKey): Promise<readonly Segment[]> {
    const found: Segment[] = []
    for (const { name, sizeBytes } of await shelf.list(call)) {
      const beganMs = segmentPattern.exec(name)?.[1]
      const header = beganMs === undefined ? undefined : repairedHeader(sizeBytes, rate)
      if (beganMs === undefined || header === undefined) continue
      await shelf.patch(call, name, header)
      found.push({
        name,
        beganMs: Number(beganMs),
        pairs: Math.floor((sizeBytes - wavHeaderBytes) / bytesPerPair),
      })
    }
    return found.sort((a, b) => a.beganMs - b.beganMs)
  }

  async function finish(call: CallKey): Promise<FinishedRecording | undefined> {
    const segments = await segmentsOf(call)
    const [first] = segments
    if (first === undefined) return undefined
    // The waveform is made last: with it, the rest is whole, and a crash came while segments were being deleted.
    const files = await shelf.list(call)
    if (files.some(({ name }) => name === 'call.json')) {
      for (const { name } of segments) await shelf.remove(call, name)
      const bytes = files.find(({ name }) => name === 'call.wav')?.sizeBytes ?? wavHeaderBytes
      const durationMs = ((bytes - wavHeaderBytes) / bytesPerPair / rate) * 1000
      return { durationMs, segments: segments.length }
    }
    for (const name of ['call.wav', 'call.ogg']) await shelf.remove(call, name)
    const placed = segments.map(each => ({
      ...each,
      at: Math.round(((each.beganMs - first.beganMs) * rate) / 1000),
    }))
    const pairs = Math.max(...placed.map(({ at, pairs }) => at + pairs))
    const wav = await shelf.create(call, 'call.wav')
    const ogg = await shelf.create(call, 'call.ogg')
    try {
      await wav.write(wavHeader({ sampleRate: rate, channels: 2, dataBytes: pairs * bytesPerPair }), 0)
      const waveform = await make({ call, placed, pairs, wav, ogg })
      const shape = await shelf.create(call, 'call.json')
      await shape.write(new TextEncoder().encode(JSON.stringify(waveform)), 0)
      await shape.close()
    } finally {
      await wav.close()
      await ogg.close()
    }
    for (const { name } of segments) await shelf.remove(call, name)
    return { durationMs: (pairs * 1000) / rate, segments: segments.length }
  }

  async function make(work: {
    call: CallKey
    placed: readonly (Segment & { readonly at: number })[]
    pairs: number
    wav: RecordingSink
    ogg: RecordingSink
  }) {
    const { call, placed, pairs, wav, ogg } = work
    const waveform = createWaveform(rate)
    const caller = await options.opus.encoder({ sampleRate: rate })
    const agent = await options.opus.encoder({ sampleRate: rate })
    const { frameSamples, lookaheadMs } = caller
    const stream = createOggOpus({
      inputRate: rate,
      lookaheadMs,
      frameMs: opusFrameMs,
      serial: options.serial(),
    })
    const left = new Int16Array(frameSamples)
    const right = new Int16Array(frameSamples)
    let oggAt = 0
    const putOgg = async (bytes: Uint8Array): Promise<void> => {
      await ogg.write(bytes, oggAt)
      oggAt += bytes.length
    }
    try {
      await putOgg(stream.begin())
      const slice = frameSamples * framesPerSlice
      // The encoder's look-ahead needs a frame more than there is sound.
      for (let at = 0; at < pairs + (lookaheadMs * rate) / 1000; at += slice) {
        const count = Math.max(0, Math.min(slice, pairs - at))
        const sound = await mix(call, placed, { at, count: slice })
        const heard = sound.subarray(0, 2 * count)
        if (count > 0) await wav.write(bytesOf(heard), wavHeaderBytes + at * bytesPerPair)
        waveform.hear(heard)
        for (let from = 0; from < slice; from += frameSamples) {
          for (let i = 0; i < frameSamples; i++) {
            left[i] = sound[2 * (from + i)] as number
            right[i] = sound[2 * (from + i) + 1] as number
          }
          const page = stream.add(caller.encode(left), agent.encode(right))
          if (page !== undefined) await putOgg(page)
        }
        await options.rest()
      }
      await putOgg(stream.end((pairs * 1000) / rate))
      return waveform.end()
    } finally {
      caller.close()
      agent.close()
    }
  }

  /** Sound of all segments from `at` on, silence where there is none. */
  async function mix(
    call: CallKey,
    placed: readonly (Segment & { readonly at: number })[],
    { at, count }: { at: number; count: number },
  ): Promise<Int16Array> {
    const sound = new Int16Array(2 * count)
    for (const each of placed) {
      const from = Math.max(at, each.at)
      const to = Math.min(at + count, each.at + each.pairs)
      if (from >= to) continue
      const range = {
        from: wavHeaderBytes + (from - each.at) * bytesPerPair,
        to: wavHeaderBytes + (to - each.at) * bytesPerPair,
      }
      const bytes = await shelf.read(call, each.name, range)
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      const offset = 2 * (from - at)
      for (let i = 0; i * 2 + 1 < bytes.length; i++) sound[offset + i] = view.getInt16(i * 2, true)
    }
    return sound
  }

  return {
    finish,
    record(call, { roundTripMs } = {}) {
      const name = `segment-${Math.floor(options.now())}-${options.serial().toString(36)}.wav`
      const spool = createWavSpool({ sink: shelf.create(call, name), rate })
      const path = roundTripMs === undefined ? {} : { roundTripMs }
      return createCallRecorder({ clock, spool, resampling, rate, ...path })
    },
  }
}

function bytesOf(samples: Int16Array): Uint8Array {
  return new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength)
}
