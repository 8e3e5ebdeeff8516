/**
 * Recordings: one segment for each session, or part of one (a transfer, another node), made into one file for each format when
 * all is over.
 */

import type { Opus, Resampling } from '@parley/audio'
import type { Clock } from '@parley/core'
import { type RecordingKey, type RecordingShelf, readRecordingFile } from './recording-shelf.js'
import { oggWriter, opusFrameMs, type Writer, wavWriter } from './recording-writers.js'
import { findSegments, type OpenSegments, openSegments, segmentName } from './segments.js'
import { createStereoRecorder, type StereoRecorder } from './stereo-recorder.js'
import { createWavSpool } from './wav-spool.js'
import { createWaveform, type Waveform } from './waveform.js'

export type RecordingFormat = 'wav' | 'ogg'

export interface RecordingsOptions {
  readonly shelf: RecordingShelf
  readonly clock: Clock
  /** Epoch ms. */
  now(): number
  readonly resampling: Resampling
  readonly opus: Opus
  /** Hz; the same for all segments of a recording. */
  readonly rate: 8_000 | 16_000
  /** What is made of the segments, beside the waveform. Default both. */
  readonly formats?: readonly RecordingFormat[]
  /** What finished files are called: `<stem>.wav`, `.ogg` and `.json` (the waveform). */
  readonly stem: string
  /** A number of 32 bits that is not used for another. */
  serial(): number
  /** Lets everything else that is ready run; asked between slices of a few ms of work. */
  rest(): Promise<void>
}

export interface Recordings {
  /** Begins a segment. */
  record(key: RecordingKey, options?: { roundTripMs?(): number | undefined }): StereoRecorder
  /**
   * Joins the segments into one file for each format and deletes them; undefined where there is no sound. Safe to ask again
   * after a crash. @throws ParleyError `store_failed`, `store_full`; what `signal` was aborted with
   */
  finish(key: RecordingKey, signal?: AbortSignal): Promise<FinishedRecording | undefined>
}

export interface FinishedRecording {
  readonly durationMs: number
  readonly segments: number
}

/** Encoded between two rests: some 2 ms of work. */
const framesPerSlice = 5

export function openRecordings(options: RecordingsOptions): Recordings {
  const { shelf, clock, rate, resampling, stem, formats = ['wav', 'ogg'] } = options
  const shapeName = `${stem}.json`

  async function finish(key: RecordingKey, signal?: AbortSignal): Promise<FinishedRecording | undefined> {
    const { segments, names } = await findSegments(shelf, key)
    const removeSegments = async (): Promise<void> => {
      for (const name of names) await shelf.remove(key, name)
    }
    const files = await shelf.list(key)
    if (segments.length === 0) {
      await removeSegments()
      return undefined
    }
    // The waveform is made last: with it, the rest is whole, and a crash came while segments were being deleted.
    if (files.some(({ name }) => name === shapeName)) {
      await removeSegments()
      return { durationMs: await madeMs(key), segments: segments.length }
    }
    for (const format of ['wav', 'ogg']) await shelf.remove(key, `${stem}.${format}`)
    const sound = await openSegments(shelf, key, { segments, rate })
    try {
      const waveform = await make(key, sound, signal)
      const shape = await shelf.create(key, shapeName)
      await shape.append(new TextEncoder().encode(JSON.stringify(waveform)))
      await shape.close()
    } finally {
      await sound.close()
    }
    await removeSegments()
    return { durationMs: (sound.pairs * 1000) / rate, segments: segments.length }
  }

  /** To the waveform's own exactness. */
  async function madeMs(key: RecordingKey): Promise<number> {
    const text = new TextDecoder().decode(await readRecordingFile(shelf, key, shapeName))
    const { length, samples_per_pixel: stretch } = JSON.parse(text) as Waveform
    return (length * stretch * 1000) / rate
  }

  async function make(key: RecordingKey, sound: OpenSegments, signal?: AbortSignal): Promise<Waveform> {
    const waveform = createWaveform(rate)
    const writers: Writer[] = []
    try {
      if (formats.includes('wav'))
        writers.push(await wavWriter(await shelf.create(key, `${stem}.wav`), rate, sound.pairs))
      if (formats.includes('ogg'))
        writers.push(
          await oggWriter(await shelf.create(key, `${stem}.ogg`), { ...options, pairs: sound.pairs }),
        )
      const slice = ((rate * opusFrameMs) / 1000) * framesPerSlice
      for (let at = 0; at < sound.pairs; at += slice) {
        signal?.throwIfAborted()
        const mixed = await sound.mix(at, slice)
        const count = Math.min(slice, sound.pairs - at)
        waveform.hear(mixed.subarray(0, 2 * count))
        for (const writer of writers) await writer.take(mixed, count)
        await options.rest()
      }
      for (const writer of writers) await writer.end()
      return waveform.end()
    } finally {
      for (const writer of writers) await writer.close()
    }
  }

  return {
    finish,
    record(key, { roundTripMs } = {}) {
      const sink = shelf.create(key, segmentName(options.now(), options.serial()))
      const path = roundTripMs === undefined ? {} : { roundTripMs }
      return createStereoRecorder({ clock, spool: createWavSpool({ sink, rate }), resampling, rate, ...path })
    },
  }
}
