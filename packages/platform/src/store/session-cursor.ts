import { ParleyError } from '@parley/core'
import { isStorable } from './json-text.js'

/** Where a page of sessions ended, as an opaque text: the start of its last session in epoch ms, and its id. */
export interface SessionCursor {
  readonly startedAtMs: number
  readonly id: string
}

export function encodeCursor(cursor: SessionCursor): string {
  return Buffer.from(`${cursor.startedAtMs}:${cursor.id}`).toString('base64url')
}

/** @throws ParleyError `bad_message` for anything `encodeCursor` did not make. */
export function decodeCursor(text: string): SessionCursor {
  const plain = Buffer.from(text, 'base64url').toString()
  const colon = plain.indexOf(':')
  const startedAtMs = Number(plain.slice(0, colon))
  // Beyond 8.64e15 there is no date.
  if (colon < 1 || !isStorable(plain) || !(Math.abs(startedAtMs) <= 8.64e15)) {
    throw new ParleyError('bad_message', 'The page mark is not one this gateway gave out; leave it out.')
  }
  return { startedAtMs, id: plain.slice(colon + 1) }
}
