/**
 * Which close code says what, both ways. A far end may lose the reason text, so an `error` message goes before every
 * close that has one; the code alone tells a client whether to come back.
 */
import type { CloseReason, ErrorCode } from '@parley/core'

export interface Closing {
  readonly code: number
  /** Machine-readable text first; at most 123 bytes of UTF-8 leave. */
  readonly reason: string
}

/** How a leg is closed by its session. */
export function closingOf(reason: CloseReason): Closing {
  return { code: codeOfReason[reason], reason }
}

const codeOfReason: Record<CloseReason, number> = {
  lost: 1001,
  'hang-up': 1000,
  client: 1000,
  idle: 4408,
  expired: 4408,
  replaced: 4409,
  'taken-over': 4409,
  draining: 1012,
  'handed-over': 1012,
  protocol: 1008,
  error: 1011,
}

/** The error that is told before a session closes its leg; undefined where the end is a good one. */
export const errorOfReason: Readonly<Partial<Record<CloseReason, ErrorCode>>> = {
  idle: 'session_idle',
  expired: 'session_expired',
  replaced: 'replaced',
  'taken-over': 'replaced',
  draining: 'draining',
  'handed-over': 'draining',
  protocol: 'bad_message',
  error: 'internal',
}

/** How a socket is closed for an error; codes without a line here are faults of ours or of a vendor: 1011. */
export function closingOfError(code: ErrorCode): Closing {
  return { code: codeOfError[code] ?? 1011, reason: code }
}

const codeOfError: Readonly<Partial<Record<ErrorCode, number>>> = {
  bad_message: 1008,
  bad_audio: 1008,
  unauthenticated: 4401,
  forbidden: 4403,
  conflict: 4403,
  not_found: 4404,
  resume_failed: 4404,
  session_idle: 4408,
  session_expired: 4408,
  too_large: 4413,
  rate_limited: 4429,
  overloaded: 1013,
  timeout: 1013,
  draining: 1012,
  bad_seal: 1008,
  keys_spent: 1001,
  encryption_required: 4403,
}

/** What a close by the far end means: 1000, no code at all and 4499 are meant, all else is a broken leg. */
export function reasonOfCode(code: number): CloseReason {
  return code === 1000 || code === 1005 || code === 4499 ? 'client' : 'lost'
}

const MAX_REASON_BYTES = 123

/** The text cut to what a close frame takes, never inside a character. */
export function reasonText(text: string): string {
  if (Buffer.byteLength(text) <= MAX_REASON_BYTES) return text
  let cut = ''
  let bytes = 0
  for (const character of text) {
    bytes += Buffer.byteLength(character)
    if (bytes > MAX_REASON_BYTES) break
    cut += character
  }
  return cut
}
