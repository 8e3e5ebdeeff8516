/**
 * Signatures of letters: `parley-signature: t=<seconds>,v1=<hex>`, where v1 is the HMAC-SHA256 of `<seconds>.<body>` by the
 * secret that both sides know. The time is signed, too, so that an old letter cannot be sent again later.
 */

import { createHmac, timingSafeEqual } from 'node:crypto'

export const SIGNATURE_HEADER = 'parley-signature'
export const LETTER_ID_HEADER = 'parley-letter-id'
export const LETTER_EVENT_HEADER = 'parley-event'

/** The header for a body as it is sent, byte by byte; `atS` in whole seconds since 1970. */
export function signLetter(secret: string, body: string, atS: number): string {
  return `t=${atS},v1=${macOf(secret, atS, body).toString('hex')}`
}

export interface LetterToVerify {
  /** Value of `parley-signature`; undefined where it was not sent. */
  readonly signature: string | undefined
  /** As it came: before anybody parsed it. */
  readonly body: string | Uint8Array
  /** Several while one is being replaced. */
  readonly secrets: readonly string[]
  /** Epoch ms. */
  readonly nowMs: number
  /** How far the clocks may be apart, and how long a letter may have been on its way. Default 300,000 ms. */
  readonly toleranceMs?: number
}

export type LetterVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly why: 'missing' | 'malformed' | 'too-old' | 'wrong' }

/**
 * For receivers: whether a letter is ours and fresh. Answer 2xx only for one that is, and remember `parley-letter-id`: after a
 * crash the same letter may come again with the same id.
 */
export function verifyLetter(letter: LetterToVerify): LetterVerdict {
  const { signature, body, secrets, nowMs, toleranceMs = 300_000 } = letter
  if (signature === undefined || signature === '') return { ok: false, why: 'missing' }
  if (signature.length > 2_000) return { ok: false, why: 'malformed' }
  const parts = signature.split(',').map(part => part.trim())
  const time = parts.find(part => part.startsWith('t='))?.slice(2) ?? ''
  const given = parts.flatMap(part =>
    /^v1=[0-9a-f]{64}$/.test(part) ? [Buffer.from(part.slice(3), 'hex')] : [],
  )
  if (!/^\d{1,12}$/.test(time) || given.length === 0) return { ok: false, why: 'malformed' }
  const atS = Number(time)
  const right = secrets.some(secret => {
    if (secret === '') return false
    const own = macOf(secret, atS, body)
    return given.some(mac => timingSafeEqual(mac, own))
  })
  if (!right) return { ok: false, why: 'wrong' }
  return Math.abs(nowMs - atS * 1_000) > toleranceMs ? { ok: false, why: 'too-old' } : { ok: true }
}

function macOf(secret: string, atS: number, body: string | Uint8Array): Buffer {
  return createHmac('sha256', secret).update(`${atS}.`).update(body).digest()
}
