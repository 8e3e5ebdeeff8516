/**
 * Telnyx's signature: Ed25519 over the time, `|` and the raw body. It covers no address, so nothing of the address may be
 * believed; and it grows old after 300 s, so that what was overheard cannot be sent again later.
 */

import { createPublicKey, type KeyObject, verify } from 'node:crypto'
import { ParleyError } from '@parley/core'
import type { CarrierRequest } from './carrier.js'
import { headerOf } from './headers.js'

const TOLERANCE_MS = 300_000
/** An Ed25519 key's DER before its 32 bytes. */
const PREFIX = Buffer.from('302a300506032b6570032100', 'hex')

/** @param base64 32 bytes. @throws ParleyError `bad_config` */
export function telnyxPublicKey(base64: string): KeyObject {
  const raw = Buffer.from(base64, 'base64')
  if (raw.length !== 32 || raw.toString('base64') !== base64.trim())
    throw new ParleyError(
      'bad_config',
      'TELNYX_PUBLIC_KEY is not 32 bytes of base64; copy it from the API keys page of Mission Control.',
    )
  return createPublicKey({ key: Buffer.concat([PREFIX, raw]), format: 'der', type: 'spki' })
}

/** @throws ParleyError `bad_signature` */
export function verifyEd25519({ headers, body, atMs }: CarrierRequest, key: KeyObject): void {
  const signature = headerOf(headers, 'telnyx-signature-ed25519')
  const timestamp = headerOf(headers, 'telnyx-timestamp')
  if (signature === undefined || timestamp === undefined) throw refused('no signature')
  if (!/^\d{1,12}$/.test(timestamp)) throw refused('a time that is none')
  if (Math.abs(atMs - Number(timestamp) * 1000) > TOLERANCE_MS)
    throw refused('a time more than 300 s off; a clock is wrong, or somebody sends it again')
  const bytes = Buffer.from(signature, 'base64')
  // Base64 that is not written the usual way would give one signature many faces.
  if (bytes.length !== 64 || bytes.toString('base64') !== signature) throw refused('a signature that is none')
  if (!verify(null, Buffer.concat([Buffer.from(`${timestamp}|`), body]), key, bytes))
    throw refused('a signature of another key')
}

function refused(what: string): ParleyError {
  return new ParleyError(
    'bad_signature',
    `A request that should be Telnyx's has ${what}; check TELNYX_PUBLIC_KEY.`,
  )
}
