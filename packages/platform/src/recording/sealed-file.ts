/**
 * One sealed file: a header of 32 bytes, then chunks of 16 KiB, each sealed by AES-256-GCM, in the manner of STREAM (Hoang,
 * Reyhanitabar, Rogaway, Vizár 2015).
 *
 * The key is the file's own: HKDF-SHA256 of the recording's key, with the header (its random salt) as salt and tenant, id and
 * name as info. So a nonce need not be random: it is the chunk's number and whether it is the last, used once under that key.
 * A chunk at another place, in another file or of another recording does not open; a file that ends before its last chunk shows.
 */

import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { ParleyError } from '@parley/core'
import type { RecordingKey, RecordingReader, RecordingSink } from './recording-shelf.js'

export const SEALED_HEADER_BYTES = 32
export const CHUNK_BYTES = 16_384
const TAG_BYTES = 16
const SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
const MAGIC = new TextEncoder().encode('PARLEYR1')
const SALT_BYTES = SEALED_HEADER_BYTES - MAGIC.length - 1
/** More would need a longer counter: 64 TiB. */
const MOST_CHUNKS = 2 ** 32

/** A file that grows while a conversation is on may lack its end; any other that does was cut. */
export type SealedKind = 'whole' | 'growing'

export interface SealedPlace {
  readonly key: RecordingKey
  readonly name: string
  /** Of the recording. */
  readonly dataKey: Uint8Array
}

export function sealedHeader(kind: SealedKind, randomBytes: (count: number) => Uint8Array): Uint8Array {
  const header = new Uint8Array(SEALED_HEADER_BYTES)
  header.set(MAGIC)
  header[MAGIC.length] = kind === 'growing' ? 1 : 0
  header.set(randomBytes(SALT_BYTES), MAGIC.length + 1)
  return header
}

/** Bytes of sound in a sealed file of this size; of one that was torn, up to a chunk more than open. */
export function plainBytes(sealedBytes: number): number {
  const body = Math.max(0, sealedBytes - SEALED_HEADER_BYTES)
  const rest = body % SEALED_CHUNK_BYTES
  return Math.floor(body / SEALED_CHUNK_BYTES) * CHUNK_BYTES + Math.max(0, rest - TAG_BYTES)
}

/**
 * `inner` is empty. Whole chunks are written as they come, so that a process that dies loses less than one; what was sealed
 * under a nonce is kept until it is written and never sealed otherwise.
 */
export async function sealInto(
  inner: RecordingSink,
  place: SealedPlace,
  header: Uint8Array,
): Promise<RecordingSink> {
  const seal = sealer(fileKey(place, header))
  let held = new Uint8Array(CHUNK_BYTES)
  let used = 0
  let chunk = 0
  /** Sealed, and perhaps not written. */
  let pending: Uint8Array | undefined
  await inner.append(header)

  const flush = async (): Promise<void> => {
    if (pending === undefined) return
    await inner.append(pending)
    pending = undefined
  }

  return {
    async append(bytes) {
      // Whoever failed comes again with the same bytes: they are in `pending` and `held` already.
      if (pending !== undefined) return flush()
      const sealed: Uint8Array[] = []
      for (let at = 0; at < bytes.length; ) {
        const count = Math.min(bytes.length - at, CHUNK_BYTES - used)
        held.set(bytes.subarray(at, at + count), used)
        used += count
        at += count
        if (used < CHUNK_BYTES) continue
        sealed.push(seal(held, chunk++, false))
        held = new Uint8Array(CHUNK_BYTES)
        used = 0
      }
      if (sealed.length > 0) pending = Buffer.concat(sealed)
      await flush()
    },
    async close() {
      try {
        await flush()
        pending = seal(held.subarray(0, used), chunk, true)
        await flush()
      } finally {
        await inner.close()
      }
    },
  }
}

/** @throws ParleyError `store_failed` where it is not what was sealed for this place, or was cut */
export async function openSealed(inner: RecordingReader, place: SealedPlace): Promise<RecordingReader> {
  const header = await inner.read(0, SEALED_HEADER_BYTES)
  if (header.length < SEALED_HEADER_BYTES || !MAGIC.every((byte, at) => header[at] === byte)) throw broken()
  const open = opener(fileKey(place, header))
  const body = inner.sizeBytes - SEALED_HEADER_BYTES
  const full = Math.floor(body / SEALED_CHUNK_BYTES)
  const lastStart = SEALED_HEADER_BYTES + full * SEALED_CHUNK_BYTES
  const last = open(await inner.read(lastStart, inner.sizeBytes), full, true)
  if (last === undefined && header[MAGIC.length] !== 1) throw broken()
  const sizeBytes = full * CHUNK_BYTES + (last?.length ?? 0)

  return {
    sizeBytes,
    async read(from, to) {
      const start = Math.max(0, Math.min(from, sizeBytes))
      const end = Math.max(start, Math.min(to, sizeBytes))
      const first = Math.floor(start / CHUNK_BYTES)
      const until = Math.min(full, Math.ceil(end / CHUNK_BYTES))
      const plain = new Uint8Array(end - start)
      if (until > first) {
        const sealed = await inner.read(
          SEALED_HEADER_BYTES + first * SEALED_CHUNK_BYTES,
          SEALED_HEADER_BYTES + until * SEALED_CHUNK_BYTES,
        )
        for (let chunk = first; chunk < until; chunk++) {
          const at = (chunk - first) * SEALED_CHUNK_BYTES
          const opened = open(sealed.subarray(at, at + SEALED_CHUNK_BYTES), chunk, false)
          if (opened === undefined) throw broken()
          putPart(plain, opened, chunk * CHUNK_BYTES - start)
        }
      }
      if (last !== undefined) putPart(plain, last, full * CHUNK_BYTES - start)
      return plain
    },
    close: () => inner.close(),
  }
}

/** What of `part` lies within, `at` from the beginning of `whole`. */
function putPart(whole: Uint8Array, part: Uint8Array, at: number): void {
  const from = Math.max(0, -at)
  const to = Math.min(part.length, whole.length - at)
  if (to > from) whole.set(part.subarray(from, to), at + from)
}

function fileKey({ key: { tenant, id }, name, dataKey }: SealedPlace, header: Uint8Array): Uint8Array {
  const info = JSON.stringify(['parley recording file', tenant, id, name])
  return new Uint8Array(hkdfSync('sha256', dataKey, header, info, 32))
}

function nonceOf(chunk: number, isLast: boolean): Uint8Array {
  if (chunk >= MOST_CHUNKS)
    throw new ParleyError('too_large', 'A recording has grown beyond what can be sealed.')
  const nonce = new Uint8Array(12)
  new DataView(nonce.buffer).setUint32(7, chunk)
  nonce[11] = isLast ? 1 : 0
  return nonce
}

function sealer(key: Uint8Array) {
  return (plain: Uint8Array, chunk: number, isLast: boolean): Uint8Array => {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(chunk, isLast))
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }
}

/** Undefined for what does not open. */
function opener(key: Uint8Array) {
  return (sealed: Uint8Array, chunk: number, isLast: boolean): Uint8Array | undefined => {
    if (sealed.length < TAG_BYTES) return undefined
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(chunk, isLast))
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    try {
      return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()])
    } catch {
      return undefined
    }
  }
}

function broken(): ParleyError {
  const message =
    'A recording’s file does not open: it was changed, cut, or is not the one that was put there.'
  return new ParleyError('store_failed', message)
}
