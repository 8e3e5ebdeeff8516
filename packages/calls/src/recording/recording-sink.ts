/** A WAV that grows while a call is on: written in blocks beside the hot path, playable at any moment. */

import { wavHeader } from '@parley/audio'

/** A file that is written at given places; what is skipped is zeros. */
export interface RecordingSink {
  write(bytes: Uint8Array, position: number): Promise<void>
  close(): Promise<void>
}

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
const bytesPerPair = 4

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
  let tail: Promise<void> = putHeader()
  tail = tail.catch(failed)

  async function putHeader(): Promise<void> {
    const header = wavHeader({ sampleRate: rate, channels: 2, dataBytes: pairs * bytesPerPair })
    await (await sink).write(header, 0)
  }

  function failed(error: unknown): void {
    problem = error
  }

  /** Sound first, then a header that counts it: whenever the process dies, the header tells no more than there is. */
  async function put(bytes: Uint8Array, at: number): Promise<void> {
    await (await sink).write(bytes, wavHeaderBytes + at * bytesPerPair)
    pairs = Math.max(pairs, at + bytes.length / bytesPerPair)
    await putHeader()
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

/** The header that a file of this size should have; undefined where it holds no sound. */
export function repairedHeader(fileBytes: number, rate: number): Uint8Array | undefined {
  const pairs = Math.floor((fileBytes - wavHeaderBytes) / bytesPerPair)
  if (pairs <= 0) return undefined
  return wavHeader({ sampleRate: rate, channels: 2, dataBytes: pairs * bytesPerPair })
}
