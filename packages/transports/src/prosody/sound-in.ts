/**
 * Bytes of a client to samples. Messages are pieces of one stream: bytes that are no whole sample are kept for the
 * next message. The samples are only valid until the next call.
 */
import { decodeUlaw } from '@parley/audio'
import type { ProsodyEncoding } from '@parley/protocol'

export interface SoundIn {
  readonly sampleBytes: number
  read(bytes: Uint8Array): Int16Array | Float32Array
}

export function createSoundIn(encoding: ProsodyEncoding): SoundIn {
  if (encoding === 'mulaw') return createMulawIn()
  return encoding === 'pcm16'
    ? createWholeIn(2, (room, count) => new Int16Array(room, 0, count))
    : createWholeIn(4, (room, count) => new Float32Array(room, 0, count))
}

/** Little-endian, as the hosts this runs on are. The copy is needed: `ws` hands out slices at odd places. */
function createWholeIn<Samples extends Int16Array | Float32Array>(
  sampleBytes: number,
  viewOf: (room: ArrayBuffer, count: number) => Samples,
): SoundIn {
  let room = new Uint8Array(new ArrayBuffer(0))
  let samples = viewOf(room.buffer, 0)
  const rest = new Uint8Array(sampleBytes)
  const held = { bytes: 0 }
  return {
    sampleBytes,
    read(bytes) {
      const total = held.bytes + bytes.length
      const over = total % sampleBytes
      const whole = total - over
      if (whole === 0) {
        rest.set(bytes, held.bytes)
        held.bytes = total
        return samples.subarray(0, 0)
      }
      if (room.length < whole) room = new Uint8Array(new ArrayBuffer(whole))
      if (samples.length !== whole / sampleBytes || samples.buffer !== room.buffer)
        samples = viewOf(room.buffer, whole / sampleBytes)
      for (let at = 0; at < held.bytes; at++) room[at] = rest[at] as number
      const taken = bytes.length - over
      room.set(over === 0 ? bytes : bytes.subarray(0, taken), held.bytes)
      for (let at = 0; at < over; at++) rest[at] = bytes[taken + at] as number
      held.bytes = over
      return samples
    },
  }
}

function createMulawIn(): SoundIn {
  let room = new Int16Array(0)
  return {
    sampleBytes: 1,
    read(bytes) {
      if (room.length < bytes.length) room = new Int16Array(bytes.length)
      return decodeUlaw(bytes, room).subarray(0, bytes.length)
    },
  }
}
