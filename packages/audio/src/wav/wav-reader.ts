/**
 * Reads a WAV as it comes in: bytes in pieces of any size, PCM16 out, in constant memory however long it is. What is
 * read and what is refused is as in `readWav`.
 */
import { leastStreamedSize, type ParsedFormat, readFormat } from './read-format.js'
import { readChannel } from './sample-format.js'
import { requireRiff, tagAt } from './sniff.js'
import { WavError } from './wav-error.js'

export interface WavReader {
  /** Undefined until the header was read. */
  readonly format: ParsedFormat | undefined
  /** One array a channel, all of one length, for what is whole; empty while there is none. @throws WavError */
  read(bytes: Uint8Array): readonly Int16Array[]
  /** No more bytes will come. @throws WavError where there was no sound. */
  end(): { readonly truncated: boolean }
}

/** The longest format chunk that says anything. */
const formatBytes = 40
const none: readonly Int16Array[] = []

type Stage = 'riff' | 'chunks' | 'data' | 'over'

export function createWavReader(): WavReader {
  let stage: Stage = 'riff'
  let held = new Uint8Array(0)
  let riffEnd = 0
  let at = 0
  /** Bytes of a chunk that says nothing. */
  let skipped = 0
  let format: ParsedFormat | undefined
  let dataLeft = Number.POSITIVE_INFINITY
  let frames = 0

  function take(count: number): void {
    held = held.subarray(count)
    at += count
  }

  function readRiff(): boolean {
    if (held.length < 12) return false
    requireRiff(held)
    riffEnd = sizeAt(held, 4) + 8
    take(12)
    stage = 'chunks'
    return true
  }

  /** Whether a chunk was dealt with, so that there may be another. */
  function readChunk(): boolean {
    const passed = Math.min(skipped, held.length)
    skipped -= passed
    take(passed)
    if (skipped > 0 || held.length < 8) return false
    const tag = tagAt(held, 0)
    const size = sizeAt(held, 4)
    if (tag === 'data') return beginData(size)
    const needed = tag === 'fmt ' ? 8 + Math.min(size, formatBytes) : 8
    if (held.length < needed) return false
    if (tag === 'fmt ') format = readFormat(viewOf(held), 8, size)
    take(8)
    skipped = size + (size & 1)
    return true
  }

  function beginData(size: number): boolean {
    if (!format) throw new WavError('bad_header', 'The WAV has sound before its format; save it again.')
    take(8)
    const streamed = size === 0 ? riffEnd <= at || riffEnd >= leastStreamedSize : size >= leastStreamedSize
    dataLeft = streamed ? Number.POSITIVE_INFINITY : size
    stage = 'data'
    return false
  }

  function readData(): readonly Int16Array[] {
    if (format === undefined) return none
    const { stride, channels, containerBytes, encoding } = format
    const whole = Math.floor(Math.min(held.length, dataLeft) / stride)
    if (dataLeft - whole * stride < stride) stage = 'over'
    if (whole === 0) return none
    const view = viewOf(held)
    const blocks = Array.from({ length: channels }, (_, channel) =>
      readChannel(view, encoding, { from: channel * containerBytes, stride, frames: whole }),
    )
    frames += whole
    dataLeft -= whole * stride
    take(whole * stride)
    return blocks
  }

  return {
    get format() {
      return format
    },
    read(bytes) {
      if (stage === 'over') return none
      held = joined(held, bytes)
      if (stage === 'riff' && !readRiff()) return none
      if (stage === 'chunks') while (readChunk()) {}
      const blocks = stage === 'data' ? readData() : none
      // What is held may be a piece of a buffer that its owner fills again.
      held = held.slice()
      return blocks
    },
    end() {
      if (stage === 'riff') requireRiff(held)
      if (!format) throw new WavError('bad_header', 'The WAV has no format chunk; save it again.')
      if (frames === 0) throw new WavError('no_samples', 'The WAV holds no sound; record it again.')
      return { truncated: stage === 'data' && Number.isFinite(dataLeft) }
    },
  }
}

function joined(first: Uint8Array<ArrayBuffer>, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function sizeAt(bytes: Uint8Array, at: number): number {
  return viewOf(bytes).getUint32(at, true)
}
