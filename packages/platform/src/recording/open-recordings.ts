/**
 * Recordings: one segment for each session, or part of one (a transfer, another node), made into one file for each format when
 * all is over.
 */

import type { Opus, Resampling } from '@parley/audio'
import type { Clock } from '@parley/core'
import {
  type RecordingDraft,
  type RecordingKey,
  type RecordingShelf,
  readRecordingFile,
} from './recording-shelf.js'
import { oggWriter, opusFrameMs, type Writer, wavWriter } from './recording-writers.js'
import { findSegments, lengthMs, type OpenSegments, openSegments, segmentName } from './segments.js'
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
   * Joins the segments into one file for each format and deletes them; undefined where there is no sound, `lost` where another
   * does it. Each of several that do it at once writes aside, and what is put in place is whole. Safe to ask again after a crash.
   * @throws ParleyError `store_failed`, `store_full`; what `signal` was aborted with
   */
  finish(
    key: RecordingKey,
    signal?: AbortSignal,
    lease?: FinishLease,
  ): Promise<FinishedRecording | 'lost' | undefined>
  /** Deletes the segments of one whose files are in place. @throws as `finish` */
  tidy(key: RecordingKey): Promise<void>
}

/** Whose work it is, where somebody keeps account of that. */
export interface FinishLease {
  /** Asked before anything is put in place: whether it still is this one's. */
  holds(): Promise<boolean>
  /** All is in place: notes it, if it still is. Only then segments are deleted. */
  made(made: FinishedRecording): Promise<boolean>
}

export interface FinishedRecording {
  readonly durationMs: number
  readonly segments: number
}

/** Nobody else works at it. */
const always: FinishLease = { holds: async () => true, made: async () => true }
/** Encoded between two rests: some 2 ms of work. */
const framesPerSlice = 5

export function openRecordings(options: RecordingsOptions): Recordings {
  const { shelf, clock, rate, resampling, stem, formats = ['wav', 'ogg'] } = options
  const shapeName = `${stem}.json`

  async function finish(
    key: RecordingKey,
    signal?: AbortSignal,
    lease: FinishLease = always,
  ): Promise<FinishedRecording | 'lost' | undefined> {
    const { segments, names } = await findSegments(shelf, key)
    const files = await shelf.list(key)
    if (segments.length === 0) {
      if (!(await lease.holds())) return 'lost'
      await removeAll(key, names)
      return undefined
    }
    const count = segments.length
    // Some segments may be gone already: then what is in place is all there is.
    const known = files.some(({ name }) => name === shapeName) ? await madeMs(key) : undefined
    const givenMs = lengthMs(segments, rate)
    if (known !== undefined && known.mostMs >= givenMs) {
      const finished = { durationMs: known.leastMs < givenMs ? givenMs : known.mostMs, segments: count }
      if (!(await lease.made(finished))) return 'lost'
      await removeAll(key, names)
      return finished
    }
    const by = options.serial().toString(36)
    const isOwn = (other: string) => other === by
    const sound = await openSegments(shelf, key, { segments, rate })
    try {
      const drafts = await make(key, sound, by, signal)
      if (!(await lease.holds())) {
        await shelf.removeDrafts(key, isOwn)
        return 'lost'
      }
      // Whoever works at it without holding it any more finds nothing to put in place from here on.
      await shelf.removeDrafts(key, other => other !== by)
      for (const draft of drafts) await draft.place()
    } catch (error) {
      await shelf.removeDrafts(key, isOwn).catch(() => {})
      throw error
    } finally {
      await sound.close()
    }
    const finished = { durationMs: (sound.pairs * 1000) / rate, segments: count }
    if (!(await lease.made(finished))) return 'lost'
    await removeAll(key, names)
    return finished
  }

  /** To the waveform's own exactness. */
  async function madeMs(key: RecordingKey): Promise<{ readonly leastMs: number; readonly mostMs: number }> {
    const text = new TextDecoder().decode(await readRecordingFile(shelf, key, shapeName))
    const { length, samples_per_pixel: stretch } = JSON.parse(text) as Waveform
    const pixelMs = (stretch * 1000) / rate
    return { leastMs: (length - 1) * pixelMs, mostMs: length * pixelMs }
  }

  /** Drafts, whole, in the order in which they are to be put in place: the waveform last. */
  async function make(
    key: RecordingKey,
    sound: OpenSegments,
    by: string,
    signal?: AbortSignal,
  ): Promise<readonly RecordingDraft[]> {
    const waveform = createWaveform(rate)
    const drafts: RecordingDraft[] = []
    const writers: Writer[] = []
    const draft = async (name: string): Promise<RecordingDraft> => {
      const made = await shelf.draft(key, name, by)
      drafts.push(made)
      return made
    }
    try {
      if (formats.includes('wav'))
        writers.push(await wavWriter(await draft(`${stem}.wav`), rate, sound.pairs))
      if (formats.includes('ogg'))
        writers.push(await oggWriter(await draft(`${stem}.ogg`), { ...options, pairs: sound.pairs }))
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
    } finally {
      for (const writer of writers) await writer.close()
    }
    const shape = await draft(shapeName)
    try {
      await shape.append(new TextEncoder().encode(JSON.stringify(waveform.end())))
    } finally {
      await shape.close()
    }
    return drafts
  }

  async function removeAll(key: RecordingKey, names: readonly string[]): Promise<void> {
    for (const name of names) await shelf.remove(key, name)
  }

  return {
    finish,
    async tidy(key) {
      const { names } = await findSegments(shelf, key)
      await removeAll(key, names)
      await shelf.removeDrafts(key)
    },
    record(key, { roundTripMs } = {}) {
      const sink = shelf.create(key, segmentName(options.now(), options.serial()))
      const path = roundTripMs === undefined ? {} : { roundTripMs }
      return createStereoRecorder({ clock, spool: createWavSpool({ sink, rate }), resampling, rate, ...path })
    },
  }
}
