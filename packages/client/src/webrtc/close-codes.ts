/** A call ends without a code; what was said last, or how the gateway refused it, says which one a socket would have. */

const codes: Readonly<Record<string, number>> = {
  bad_message: 1008,
  bad_audio: 1008,
  unauthenticated: 4401,
  forbidden: 4403,
  not_found: 4404,
  resume_failed: 4404,
  session_idle: 4408,
  session_expired: 4408,
  replaced: 4409,
  too_large: 4413,
  rate_limited: 4429,
  draining: 1012,
}

export const LOST_CODE = 1006
const ENDED_CODE = 1000

export function codeOfError(code: string): number {
  return codes[code] ?? 1011
}

/** The code that a text message gives to the end behind it; undefined where it says nothing of one. */
export function codeOfLast(text: string): number | undefined {
  if (!/^\{"type":"(error|session-ended)"/.test(text)) return undefined
  const message = JSON.parse(text) as { type: string; fatal?: boolean; code?: string; reason?: string }
  if (message.type === 'error') return message.fatal ? codeOfError(message.code ?? '') : undefined
  return message.reason === 'client' || message.reason === 'hang-up' ? ENDED_CODE : undefined
}
