/**
 * Pieces of one recording as they were written, on one sample clock. They are named by when they began, so that they can be
 * joined whoever wrote them, and whatever died.
 */

import type { RecordingKey, RecordingReader, RecordingShelf } from './recording-shelf.js'
import { bytesPerPair, pairsIn, wavHeaderBytes } from './wav-spool.js'

export interface Segment {
  readonly name: string
  /** Epoch ms. */
  readonly beganMs: number
  readonly pairs: number
}

export interface OpenSegments {
  /** Sample pairs from the first segment's beginning to the last one's end. */
  readonly pairs: number
  /** `count` pairs from `at` on, interleaved; silence where there is none. Valid until the next call. */
  mix(at: number, count: number): Promise<Int16Array>
  close(): Promise<void>
}

const segmentPattern = /^segment-(\d+)-[a-z0-9]+\.wav$/
/** Read at once: going on reading a little further costs nothing then. */
const windowBytes = 262_144

export function segmentName(beganMs: number, serial: number): string {
  return `segment-${Math.floor(beganMs)}-${serial.toString(36)}.wav`
}

/** Those with sound in them, oldest first; `names` has the empty ones, too. */
export async function findSegments(
  shelf: Pick<RecordingShelf, 'list'>,
  key: RecordingKey,
): Promise<{ readonly segments: readonly Segment[]; readonly names: readonly string[] }> {
  const segments: Segment[] = []
  const names: string[] = []
  for (const { name, sizeBytes } of await shelf.list(key)) {
    const began = segmentPattern.exec(name)?.[1]
    if (began === undefined) continue
    names.push(name)
    const pairs = pairsIn(sizeBytes)
    if (pairs > 0) segments.push({ name, beganMs: Number(began), pairs })
  }
  return { segments: segments.sort((a, b) => a.beganMs - b.beganMs), names }
}

/** From the first segment's beginning to the last one's end. */
export function lengthMs(segments: readonly Segment[], rate: number): number {
  const firstMs = segments[0]?.beganMs ?? 0
  return Math.max(0, ...segments.map(({ beganMs, pairs }) => beganMs - firstMs + (pairs * 1000) / rate))
}

export async function openSegments(
  shelf: Pick<RecordingShelf, 'open'>,
  key: RecordingKey,
  { segments, rate }: { readonly segments: readonly Segment[]; readonly rate: number },
): Promise<OpenSegments> {
  const firstMs = segments[0]?.beganMs ?? 0
  const placed: (Segment & { readonly at: number; readonly reader: RecordingReader })[] = []
  const close = async (): Promise<void> => {
    for (const { reader } of placed) await reader.close()
  }
  try {
    for (const segment of segments) {
      const reader = windowed(await shelf.open(key, segment.name))
      placed.push({ ...segment, reader, at: Math.round(((segment.beganMs - firstMs) * rate) / 1000) })
    }
  } catch (error) {
    await close()
    throw error
  }
  let sound = new Int16Array(0)
  return {
    pairs: Math.max(0, ...placed.map(({ at, pairs }) => at + pairs)),
    async mix(at, count) {
      if (sound.length !== 2 * count) sound = new Int16Array(2 * count)
      else sound.fill(0)
      for (const each of placed) {
        const from = Math.max(at, each.at)
        const to = Math.min(at + count, each.at + each.pairs)
        if (from >= to) continue
        const bytes = await each.reader.read(
          wavHeaderBytes + (from - each.at) * bytesPerPair,
          wavHeaderBytes + (to - each.at) * bytesPerPair,
        )
        const whole = bytes.length - (bytes.length % 2)
        const view = new DataView(bytes.buffer, bytes.byteOffset, whole)
        for (let i = 0; 2 * i < whole; i++) sound[2 * (from - at) + i] = view.getInt16(2 * i, true)
      }
      return sound
    },
    close,
  }
}

/** Reads ahead of those who go through a file from its beginning to its end. */
function windowed(reader: RecordingReader): RecordingReader {
  let from = 0
  let held = new Uint8Array(0)
  return {
    sizeBytes: reader.sizeBytes,
    async read(start, end) {
      if (start < from || end > from + held.length) {
        held = new Uint8Array(await reader.read(start, Math.max(end, start + windowBytes)))
        from = start
      }
      return held.subarray(start - from, end - from)
    },
    close: () => reader.close(),
  }
}
