/**
 * One message of `application/vnd.amazon.eventstream`: lengths, headers, body, two checksums. Written for both ends of a
 * simulated vendor; a test holds it to the vendor's own codec.
 */

import { crc32 } from 'node:zlib'

export interface EventFrame {
  readonly headers: Readonly<Record<string, string | Buffer>>
  readonly body: Buffer
}

const PRELUDE = 12
const CHECKSUM = 4
/** The largest message that is allowed, bytes. */
const MAX_FRAME = 16 * 1024 * 1024
const type = {
  true: 0,
  false: 1,
  byte: 2,
  short: 3,
  integer: 4,
  long: 5,
  binary: 6,
  text: 7,
  time: 8,
  uuid: 9,
} as const

/** Text headers are written as text. */
export function encodeFrame({ headers, body }: EventFrame): Buffer {
  const head = Buffer.concat(Object.entries(headers).map(([name, value]) => encodeHeader(name, value)))
  const total = PRELUDE + head.length + body.length + CHECKSUM
  const prelude = Buffer.alloc(PRELUDE)
  prelude.writeUInt32BE(total, 0)
  prelude.writeUInt32BE(head.length, 4)
  prelude.writeUInt32BE(crc32(prelude.subarray(0, 8)), 8)
  const message = Buffer.concat([prelude, head, body])
  const checksum = Buffer.alloc(CHECKSUM)
  checksum.writeUInt32BE(crc32(message), 0)
  return Buffer.concat([message, checksum])
}

function encodeHeader(name: string, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value as string)
  const head = Buffer.from([name.length])
  const tail = Buffer.alloc(3)
  tail[0] = typeof value === 'string' ? type.text : type.binary
  tail.writeUInt16BE(bytes.length, 1)
  return Buffer.concat([head, Buffer.from(name), tail, bytes])
}

/** Cuts a stream of bytes into messages. Throws for bytes that are none. */
export function frameReader(): { read(bytes: Uint8Array): EventFrame[] } {
  let held = Buffer.alloc(0)
  return {
    read(bytes) {
      held = Buffer.concat([held, bytes])
      const frames: EventFrame[] = []
      while (held.length >= PRELUDE) {
        const total = held.readUInt32BE(0)
        if (total < PRELUDE + CHECKSUM || total > MAX_FRAME) throw new Error('a message of impossible length')
        if (held.length < total) break
        frames.push(decodeFrame(held.subarray(0, total)))
        held = held.subarray(total)
      }
      return frames
    },
  }
}

/** Throws if a checksum or length is wrong. */
export function decodeFrame(bytes: Buffer): EventFrame {
  const headEnd = PRELUDE + bytes.readUInt32BE(4)
  const bodyEnd = bytes.length - CHECKSUM
  if (bytes.readUInt32BE(8) !== crc32(bytes.subarray(0, 8)) || headEnd > bodyEnd)
    throw new Error('the prelude of a message is damaged')
  if (bytes.readUInt32BE(bodyEnd) !== crc32(bytes.subarray(0, bodyEnd)))
    throw new Error('a message is damaged')
  return {
    headers: decodeHeaders(bytes.subarray(PRELUDE, headEnd)),
    body: Buffer.from(bytes.subarray(headEnd, bodyEnd)),
  }
}

function decodeHeaders(bytes: Buffer): Record<string, string | Buffer> {
  const headers: Record<string, string | Buffer> = {}
  let at = 0
  while (at < bytes.length) {
    const nameEnd = at + 1 + bytes.readUInt8(at)
    const name = bytes.toString('utf8', at + 1, nameEnd)
    const kind = bytes.readUInt8(nameEnd)
    const [from, size] = extent(bytes, kind, nameEnd + 1)
    const value = bytes.subarray(from, from + size)
    headers[name] = kind === type.text ? value.toString('utf8') : Buffer.from(value)
    at = from + size
  }
  return headers
}

const sizes: Readonly<Record<number, number>> = { 0: 0, 1: 0, 2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16 }

function extent(bytes: Buffer, kind: number, at: number): readonly [from: number, size: number] {
  if (kind === type.binary || kind === type.text) return [at + 2, bytes.readUInt16BE(at)]
  const size = sizes[kind]
  if (size === undefined) throw new Error(`a header of unknown type ${kind}`)
  return [at, size]
}
