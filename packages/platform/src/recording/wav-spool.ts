/**
 * A WAV that grows while a conversation is on: written in blocks beside the hot path. How long it is stands nowhere but in its
 * size, so that it is right whenever the process dies.
 */

import { wavHeader } from '@parley/audio'
import type { RecordingSink } from './recording-shelf.js'

export interface WavSpool {
  /** Takes PCM16 of both channels, interleaved; copied. `at`: index of its first sample pair. Never awaits or throws. */
  write(samples: Int16Array, at: number): void
  /** Sample pairs that came while the disk was behind: they are silence in the file. */
  readonly dropped: number
  /** The disk's last fault. */
  readonly problem: unknown
  close(): Promise<void>
}

export const wavHeaderBytes = 44
export const bytesPerPair = 4
/** Silence is written in pieces of this size. */
const silence = new Uint8Array(65_536)

export interface WavSpoolOptions {
  readonly sink: Promise<RecordingSink>
  readonly rate: number
  /** Blocks that may wait for the disk. Default 8. */
  readonly mostWaiting?: number
}

export function createWavSpool({ sink, rate, mostWaiting = 8 }: WavSpoolOptions): WavSpool {
  let waiting = 0
  let dropped = 0
  let problem: unknown
  let pairs = 0
  let isHeaded = false
  /** What could not be written: nothing comes before it. */
  let owed: { readonly bytes: Uint8Array; readonly pairs: number } | undefined
  let tail: Promise<void> = Promise.resolve()
  sink.catch(failed)

  function failed(error: unknown): void {
    problem = error
  }

  async function payOwed(): Promise<void> {
    if (owed === undefined) return
    await (await sink).append(owed.bytes)
    pairs += owed.pairs
    owed = undefined
  }

  async function append(bytes: Uint8Array, count: number): Promise<void> {
    owed = { bytes, pairs: count }
    await payOwed()
  }

  async function put(bytes: Uint8Array, at: number): Promise<void> {
    await sink
    await payOwed()
    if (!isHeaded) {
      isHeaded = true
      await append(wavHeader({ sampleRate: rate, channels: 2 }), 0)
    }
    while (pairs < at) {
      const count = Math.min(at - pairs, silence.length / bytesPerPair)
      await append(silence.subarray(0, count * bytesPerPair), count)
    }
    await append(bytes, bytes.length / bytesPerPair)
  }

  return {
    get dropped() {
      return dropped
    },
    get problem() {
      return problem
    },
    write(samples, at) {
      const count = samples.length / 2
      if (waiting >= mostWaiting) {
        dropped += count
        return
      }
      waiting++
      const bytes = new Uint8Array(samples.slice().buffer)
      tail = tail
        .then(() => put(bytes, at))
        .catch(error => {
          failed(error)
          if (owed?.bytes !== bytes) dropped += count
        })
        .finally(() => {
          waiting--
        })
    },
    async close() {
      await tail
      await payOwed().catch(() => {
        dropped += owed?.pairs ?? 0
      })
      await sink.then(open => open.close()).catch(failed)
    },
  }
}

/** Sample pairs in a file of this size. */
export function pairsIn(fileBytes: number): number {
  return Math.max(0, Math.floor((fileBytes - wavHeaderBytes) / bytesPerPair))
}
