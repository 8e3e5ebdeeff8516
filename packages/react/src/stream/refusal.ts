import { ProsodyError } from './prosody-error.js'

/** What a close means that would only be repeated. `fault` is what the gateway said before it. */
export function refusal(code: number, reason: string, fault: string | undefined): ProsodyError {
  const details = { closeCode: code, reason, ...(fault === undefined ? {} : { fault }) }
  if (code === 1008 && (reason === '' || /unauth/i.test(reason))) {
    return new ProsodyError('unauthorized', undefined, { details })
  }
  return new ProsodyError('refused', fault ?? (reason || undefined), { details })
}
