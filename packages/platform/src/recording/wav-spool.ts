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
/** What headers say whose file is not done: as long as can be. */
const openBytes = 0xffff_ffff - wavHeaderBytes
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
  let tail: Promise<void> = Promise.resolve()
  sink.catch(failed)

  function failed(error: unknown): void {
    problem = error
  }

  async function put(bytes: Uint8Array, at: number): Promise<void> {
    const file = await sink
    if (!isHeaded) await file.append(wavHeader({ sampleRate: rate, channels: 2, dataBytes: openBytes }))
    isHeaded = true
    while (pairs < at) {
      const count = Math.min(at - pairs, silence.length / bytesPerPair)
      await file.append(silence.subarray(0, count * bytesPerPair))
      pairs += count
    }
    await file.append(bytes)
    pairs += bytes.length / bytesPerPair
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
          dropped += count
        })
        .finally(() => {
          waiting--
        })
    },
    async close() {
      await tail
      await sink.then(open => open.close()).catch(failed)
    },
  }
}

/** Sample pairs in a file of this size. */
export function pairsIn(fileBytes: number): number {
  return Math.max(0, Math.floor((fileBytes - wavHeaderBytes) / bytesPerPair))
}
