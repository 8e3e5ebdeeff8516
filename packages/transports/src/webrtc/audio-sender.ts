/**
 * Frames to RTP packets of 20 ms, paced on a beat that comes from outside.
 *
 * Sound waits as samples and is coded when it leaves: what `clear` drops was never in the codec, so what was heard is
 * what was sent, less the way. Nothing is sent in silence; the timestamps go on with time, and the first packet after
 * it bears the marker. A stretch ends with a little coded silence, so that the far end's concealment has no voice to
 * go on with.
 */
import type { AudioFrame } from '@parley/audio'
import type { RtpEncoder } from './rtp-codec.js'
import { RTP_HEADER_BYTES, writeRtpHeader } from './rtp-packet.js'

export interface AudioSenderOptions {
  readonly encoder: RtpEncoder
  readonly payloadType: number
  readonly ssrc: number
  /** First sequence (16 bits) and timestamp (32 bits): random, so that the encryption has no known text. */
  readonly firstSequence: number
  readonly firstTimestamp: number
  /** Sound that may wait, ms; the newest over it is dropped. */
  readonly maxQueuedMs: number
  /** Keeps nothing of the bytes. False when the line takes nothing. */
  send(bytes: Uint8Array): boolean
  /** The first sound of a stretch leaves. */
  onStarted?(): void
  /** The last sound of a stretch has left (or was cleared). */
  onDrained?(): void
}

export interface SendCounts {
  readonly packets: number
  readonly octets: number
  /** Dropped because too much waited, ms. */
  readonly droppedMs: number
  /** Packets the line did not take. */
  readonly refused: number
}

export interface AudioSender {
  /** Hz of the frames it takes. */
  readonly rate: number
  readonly ssrc: number
  readonly queuedMs: number
  readonly counts: SendCounts
  /** The frame is only read during the call. @throws RangeError for a frame of another rate. */
  play(frame: AudioFrame, nowMs: number): void
  /** The stretch is whole: what is left of a packet leaves filled up, without waiting for more. */
  end(): void
  /** Drops what waits; returns how much that was, ms. */
  clear(): number
  beat(nowMs: number): void
  /** RTP timestamp of sound that would leave now. */
  timestampAt(nowMs: number): number
  /** Frees the codec; calling it twice is fine. Nothing leaves afterwards. */
  close(): void
}

const PACKET_MS = 20
/** Beats shake: a packet may leave this much before its time. */
const EARLY_MS = 5
/** A stall longer than this is not caught up with. */
const STALL_MS = 100
/** Packets of silence behind a stretch. */
const TAIL_PACKETS = 2
/** Beats that an unfinished packet waits for more sound. */
const PATIENCE = 1

export function createAudioSender(options: AudioSenderOptions): AudioSender {
  const { encoder, payloadType, ssrc, maxQueuedMs, send, onStarted, onDrained } = options
  const { rate, frameSamples } = encoder
  const unitsPerPacket = (encoder.clockRate * PACKET_MS) / 1000
  const ring = new Int16Array(Math.ceil((rate * maxQueuedMs) / 1000 / frameSamples) * frameSamples)
  const packetSamples = new Int16Array(frameSamples)
  let bytes = new Uint8Array(RTP_HEADER_BYTES + 400)
  const counts = { packets: 0, octets: 0, droppedMs: 0, refused: 0 }
  const header = {
    marker: true,
    payloadType,
    ssrc,
    sequence: options.firstSequence & 0xffff,
    timestamp: options.firstTimestamp,
  }
  let from = 0
  let waiting = 0
  /** When the next packet is due; undefined in silence. */
  let dueAtMs: number | undefined
  /** When a packet after the last would have been due. */
  let idleAtMs: number | undefined
  let hasEnded = false
  let patience = PATIENCE
  let tail = 0
  let speaking = false
  let closed = false

  const msOf = (samples: number) => (samples * 1000) / rate

  function put(samples: Int16Array): void {
    const room = ring.length - waiting
    const count = Math.min(room, samples.length)
    if (count < samples.length) counts.droppedMs += msOf(samples.length - count)
    const to = (from + waiting) % ring.length
    const first = Math.min(count, ring.length - to)
    ring.set(first === samples.length ? samples : samples.subarray(0, first), to)
    if (first < count) ring.set(samples.subarray(first, count), 0)
    waiting += count
  }

  function takeInto(samples: Int16Array): void {
    const count = Math.min(waiting, samples.length)
    const first = Math.min(count, ring.length - from)
    samples.set(ring.subarray(from, from + first))
    if (first < count) samples.set(ring.subarray(0, count - first), first)
    if (count < samples.length) samples.fill(0, count)
    from = (from + count) % ring.length
    waiting -= count
  }

  function sendPacket(): void {
    const payload = encoder.encode(packetSamples)
    const length = RTP_HEADER_BYTES + payload.length
    if (bytes.length < length) bytes = new Uint8Array(length)
    writeRtpHeader(bytes, header)
    bytes.set(payload, RTP_HEADER_BYTES)
    if (send(bytes.subarray(0, length))) {
      counts.packets += 1
      counts.octets += payload.length
    } else counts.refused += 1
    header.marker = false
    header.sequence = (header.sequence + 1) & 0xffff
    header.timestamp = (header.timestamp + unitsPerPacket) % 2 ** 32
  }

  /** Time went on in silence; timestamps stay on the grid of packets. */
  function wake(nowMs: number): void {
    if (idleAtMs !== undefined && nowMs < idleAtMs + PACKET_MS) {
      dueAtMs = idleAtMs
      return
    }
    const passed = idleAtMs === undefined ? 0 : Math.round((nowMs - idleAtMs) / PACKET_MS)
    header.timestamp = (header.timestamp + passed * unitsPerPacket) % 2 ** 32
    header.marker = true
    dueAtMs = nowMs
  }

  /** What is next to leave. */
  function ready(): 'sound' | 'silence' | 'nothing' {
    if (waiting >= frameSamples) return 'sound'
    if (waiting > 0) return hasEnded || patience <= 0 ? 'sound' : 'nothing'
    return tail > 0 ? 'silence' : 'nothing'
  }

  function leaveSound(): void {
    if (!speaking) {
      speaking = true
      onStarted?.()
    }
    takeInto(packetSamples)
    sendPacket()
    patience = PATIENCE
    tail = TAIL_PACKETS
    if (waiting === 0 && hasEnded) drained()
  }

  function drained(): void {
    hasEnded = false
    if (!speaking) return
    speaking = false
    onDrained?.()
  }

  function pump(nowMs: number): void {
    if (dueAtMs !== undefined && dueAtMs < nowMs - STALL_MS) restAt(dueAtMs)
    for (let what = ready(); what !== 'nothing'; what = ready()) {
      if (dueAtMs === undefined) wake(nowMs)
      if ((dueAtMs as number) > nowMs + EARLY_MS) return
      if (what === 'sound') leaveSound()
      else {
        tail -= 1
        packetSamples.fill(0)
        sendPacket()
      }
      dueAtMs = (dueAtMs as number) + PACKET_MS
    }
    if (waiting === 0 && dueAtMs !== undefined) restAt(dueAtMs)
  }

  function restAt(atMs: number): void {
    idleAtMs = atMs
    dueAtMs = undefined
  }

  return {
    rate,
    ssrc,
    counts,
    get queuedMs() {
      return msOf(waiting)
    },
    play(frame, nowMs) {
      if (closed) return
      if (frame.rate !== rate) {
        throw new RangeError(`The frame has ${frame.rate} Hz but this track takes ${rate} Hz.`)
      }
      put(frame.samples)
      hasEnded = false
      patience = PATIENCE
      pump(nowMs)
    },
    end() {
      if (closed) return
      if (waiting === 0) drained()
      else hasEnded = true
    },
    clear() {
      const dropped = msOf(waiting)
      waiting = 0
      drained()
      return dropped
    },
    beat(nowMs) {
      if (closed) return
      pump(nowMs)
      if (waiting > 0 && waiting < frameSamples) patience -= 1
    },
    timestampAt(nowMs) {
      const since = dueAtMs ?? idleAtMs
      const units = since === undefined ? 0 : Math.round(((nowMs - since) * encoder.clockRate) / 1000)
      return (((header.timestamp + units) % 2 ** 32) + 2 ** 32) % 2 ** 32
    },
    close() {
      if (closed) return
      closed = true
      waiting = 0
      encoder.close()
    },
  }
}
