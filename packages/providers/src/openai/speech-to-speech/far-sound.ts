/**
 * Sound as the Realtime API carries it: base64 of PCM16 at 24 kHz, or of µ-law at 8 kHz, where every code but that of
 * negative zero comes out as it went in.
 */

import { decodeUlaw, encodeUlaw } from '@parley/audio'
import { pcmReader } from '../../wire/pcm-bytes.js'

export const PCM_RATE = 24_000
export const PCMU_RATE = 8_000
const isLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

export function formatOf(rate: number) {
  return rate === PCMU_RATE ? { type: 'audio/pcmu' } : { type: 'audio/pcm', rate: PCM_RATE }
}

export interface SoundBatch {
  /** Samples in it. */
  readonly size: number
  readonly isFull: boolean
  /** Copies samples from this index on; returns how many had room. */
  add(samples: Int16Array, from: number): number
  /** All of it as base64; empty afterwards. */
  take(): string
  drop(): void
}

/** `capacity` in samples. */
export function soundBatch(rate: number, capacity: number): SoundBatch {
  return rate === PCMU_RATE ? ulawBatch(capacity) : pcmBatch(capacity)
}

function pcmBatch(capacity: number): SoundBatch {
  const held = new Int16Array(capacity)
  const bytes = Buffer.from(held.buffer)
  return batch(capacity, {
    put: (samples, at) => held.set(samples, at),
    text(size) {
      if (!isLittleEndian) bytes.swap16()
      return bytes.toString('base64', 0, size * 2)
    },
  })
}

function ulawBatch(capacity: number): SoundBatch {
  const bytes = Buffer.alloc(capacity)
  return batch(capacity, {
    put: (samples, at) => void encodeUlaw(samples, at === 0 ? bytes : bytes.subarray(at)),
    text: size => bytes.toString('base64', 0, size),
  })
}

function batch(
  capacity: number,
  { put, text }: { put(samples: Int16Array, at: number): void; text(size: number): string },
): SoundBatch {
  let size = 0
  return {
    get size() {
      return size
    },
    get isFull() {
      return size === capacity
    },
    add(samples, from) {
      const count = Math.min(samples.length - from, capacity - size)
      put(count === samples.length ? samples : samples.subarray(from, from + count), size)
      size += count
      return count
    },
    take() {
      const taken = text(size)
      size = 0
      return taken
    },
    drop() {
      size = 0
    },
  }
}

/** Reads the sound of one item, piece by piece; half a sample waits for its other half. */
export type SoundReader = (base64: string) => Int16Array

export function soundReader(rate: number): SoundReader {
  if (rate === PCMU_RATE) return base64 => decodeUlaw(Buffer.from(base64, 'base64'))
  const reader = pcmReader()
  return base64 => {
    const bytes = Buffer.from(base64, 'base64')
    const isWhole = !reader.odd && bytes.length % 2 === 0 && bytes.byteOffset % 2 === 0
    if (!isWhole || !isLittleEndian) return reader.read(bytes)
    return new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2)
  }
}
