/**
 * µ-law and A-law by tables, after ITU-T G.711 with the 16-bit scaling and the handling of negative values of
 * the reference software (ITU-T G.191). Pure; the tables are built once and never written again.
 */

const signBit = 0x80
/** µ-law works on 14 bits and adds this bias so that each segment is twice as wide as the one below. */
const ulawBias = 33
const ulawClip = 0x1fff
/** A-law inverts every other bit on the line. */
const alawToggle = 0x55

function decodeUlawCode(code: number): number {
  const inverted = ~code & 0xff
  const segment = (inverted >> 4) & 7
  const step = inverted & 0x0f
  const magnitude = (((step << 1) + ulawBias) << segment) - ulawBias
  return (inverted & signBit ? -magnitude : magnitude) << 2
}

function encodeUlawSample(sample: number): number {
  const positive = sample < 0 ? ~sample : sample
  const biased = Math.min((positive >> 2) + ulawBias, ulawClip)
  const segment = 26 - Math.clz32(biased)
  const step = (biased >> (segment + 1)) & 0x0f
  return ~((sample < 0 ? signBit : 0) | (segment << 4) | step) & 0xff
}

function decodeAlawCode(code: number): number {
  const plain = code ^ alawToggle
  const segment = (plain >> 4) & 7
  const step = plain & 0x0f
  const magnitude = segment === 0 ? (step << 4) + 8 : ((step << 4) + 0x108) << (segment - 1)
  return plain & signBit ? magnitude : -magnitude
}

function encodeAlawSample(sample: number): number {
  const magnitude = (sample < 0 ? ~sample : sample) >> 4
  const segment = Math.max(0, 28 - Math.clz32(magnitude))
  const step = (segment === 0 ? magnitude : magnitude >> (segment - 1)) & 0x0f
  return ((sample < 0 ? 0 : signBit) | (segment << 4) | step) ^ alawToggle
}

/** Indexed by the sample's upper `bits` as an unsigned number; the codes do not depend on the lower ones. */
function encodeTable(bits: number, encode: (sample: number) => number): Uint8Array {
  return Uint8Array.from({ length: 1 << bits }, (_, index) => encode((index << (32 - bits)) >> 16))
}

const ulawToPcm = Int16Array.from({ length: 256 }, (_, code) => decodeUlawCode(code))
const alawToPcm = Int16Array.from({ length: 256 }, (_, code) => decodeAlawCode(code))
const pcmToUlaw = encodeTable(14, encodeUlawSample)
const pcmToAlaw = encodeTable(12, encodeAlawSample)

/**
 * µ-law bytes to PCM16. Writes into `out` when given (at least as long as `bytes`, else `RangeError`) and
 * returns it; else returns a new array.
 */
export function decodeUlaw(bytes: Uint8Array, out: Int16Array = new Int16Array(bytes.length)): Int16Array {
  return decode(bytes, out, ulawToPcm)
}

/** PCM16 to µ-law bytes. `out` as in `decodeUlaw`. Silence is 0xFF. */
export function encodeUlaw(
  samples: Int16Array,
  out: Uint8Array = new Uint8Array(samples.length),
): Uint8Array {
  requireRoom(samples.length, out.length)
  for (let i = 0; i < samples.length; i++)
    out[i] = pcmToUlaw[((samples[i] as number) & 0xffff) >> 2] as number
  return out
}

/** A-law bytes to PCM16. `out` as in `decodeUlaw`. */
export function decodeAlaw(bytes: Uint8Array, out: Int16Array = new Int16Array(bytes.length)): Int16Array {
  return decode(bytes, out, alawToPcm)
}

/** PCM16 to A-law bytes. `out` as in `decodeUlaw`. Silence is 0xD5; A-law has no code for exact zero. */
export function encodeAlaw(
  samples: Int16Array,
  out: Uint8Array = new Uint8Array(samples.length),
): Uint8Array {
  requireRoom(samples.length, out.length)
  for (let i = 0; i < samples.length; i++)
    out[i] = pcmToAlaw[((samples[i] as number) & 0xffff) >> 4] as number
  return out
}

function decode(bytes: Uint8Array, out: Int16Array, table: Int16Array): Int16Array {
  requireRoom(bytes.length, out.length)
  for (let i = 0; i < bytes.length; i++) out[i] = table[bytes[i] as number] as number
  return out
}

function requireRoom(needed: number, available: number): void {
  if (available < needed) {
    throw new RangeError(`The output holds ${available} items but ${needed} are needed; pass a longer array.`)
  }
}
