/**
 * The header of an SFrame message (RFC 9605, section 4.3): key id and counter, each inline below 8, else in as few bytes as
 * it takes. Numbers beyond 2^53 - 1 are refused, never rounded: no key here is used that often.
 */

export interface FrameHeader {
  readonly kid: number
  readonly ctr: number
  /** Bytes of the header itself. */
  readonly length: number
}

/** The longest header, bytes. */
export const MAX_HEADER_BYTES = 17

const INLINE_LIMIT = 8

/** The header of `kid` and `ctr`, both whole numbers from 0 to 2^53 - 1. @throws RangeError for others */
export function frameHeader(kid: number, ctr: number): Uint8Array<ArrayBuffer> {
  const kidBytes = bytesNeeded(kid)
  const ctrBytes = bytesNeeded(ctr)
  const header = new Uint8Array(1 + kidBytes + ctrBytes)
  header[0] = (nibble(kid, kidBytes) << 4) | nibble(ctr, ctrBytes)
  write(header, 1, kidBytes, kid)
  write(header, 1 + kidBytes, ctrBytes, ctr)
  return header
}

/** The header at the start of `message`; undefined where there is no whole one that can be counted with. */
export function readFrameHeader(message: Uint8Array): FrameHeader | undefined {
  const [first] = message
  if (first === undefined) return undefined
  const kidBytes = extraBytes(first >> 4)
  const ctrBytes = extraBytes(first & 0x0f)
  const length = 1 + kidBytes + ctrBytes
  if (message.length < length) return undefined
  const kid = kidBytes === 0 ? first >> 4 : read(message, 1, kidBytes)
  const ctr = ctrBytes === 0 ? first & 0x07 : read(message, 1 + kidBytes, ctrBytes)
  if (!Number.isSafeInteger(kid) || !Number.isSafeInteger(ctr)) return undefined
  return { kid, ctr, length }
}

function bytesNeeded(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new RangeError('Key ids and counters are whole numbers from 0 to 2^53 - 1.')
  if (value < INLINE_LIMIT) return 0
  let bytes = 1
  for (let rest = Math.floor(value / 256); rest > 0; rest = Math.floor(rest / 256)) bytes++
  return bytes
}

function nibble(value: number, bytes: number): number {
  return bytes === 0 ? value : 0x08 | (bytes - 1)
}

function extraBytes(half: number): number {
  return half < INLINE_LIMIT ? 0 : (half & 0x07) + 1
}

function write(into: Uint8Array, at: number, bytes: number, value: number): void {
  let rest = value
  for (let i = at + bytes - 1; i >= at; i--) {
    into[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
}

function read(from: Uint8Array, at: number, bytes: number): number {
  let value = 0
  for (let i = at; i < at + bytes; i++) value = value * 256 + (from[i] ?? 0)
  return value
}
