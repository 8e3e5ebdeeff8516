/** One letter to one address, once: bounded in time and size, led nowhere by a redirect. What an answer means is decided here. */

import { type Clock, limitTime, ParleyError } from '@parley/core'
import { LETTER_EVENT_HEADER, LETTER_ID_HEADER, SIGNATURE_HEADER, signLetter } from './sign-letter.js'

export interface LetterToPost {
  readonly id: string
  readonly event: string
  /** JSON. */
  readonly body: string
  readonly url: URL
  readonly secret: string
}

export interface PostWorld {
  readonly fetch: typeof fetch
  readonly clock: Clock
  readonly epochMs: () => number
  /** For the whole answer. */
  readonly timeoutMs: number
}

export type PostResult =
  | { readonly kind: 'sent'; readonly status: number }
  /** The receiver does not want it, now or ever. */
  | { readonly kind: 'refused'; readonly problem: string }
  | { readonly kind: 'failed'; readonly problem: string; readonly retryAfterMs?: number }

/** Read of an answer, in bytes: it is thrown away, and read only so that the connection can be used again. */
const MAX_ANSWER = 64 * 1024

/** Never rejects. Problems name hosts and statuses, never addresses in full, secrets or bodies. */
export async function postLetter(
  letter: LetterToPost,
  { fetch, clock, epochMs, timeoutMs }: PostWorld,
  signal: AbortSignal,
): Promise<PostResult> {
  const { url, body, secret, id, event } = letter
  const limit = limitTime(clock, timeoutMs, signal)
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      signal: limit.signal,
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Parley',
        [LETTER_ID_HEADER]: id,
        [LETTER_EVENT_HEADER]: event,
        [SIGNATURE_HEADER]: signLetter(secret, body, Math.floor(epochMs() / 1_000)),
      },
      body,
    })
    const { status } = response
    const retryAfterMs = retryAfterOf(response.headers.get('retry-after'))
    await drain(response)
    if (status >= 200 && status < 300) return { kind: 'sent', status }
    if (status === 410)
      return { kind: 'refused', problem: `${url.host} answered 410: it wants no more letters` }
    const problem = `${url.host} answered ${status}${status >= 300 && status < 400 ? '; redirects are not followed' : ''}`
    return { kind: 'failed', problem, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) }
  } catch (thrown) {
    if (limit.late) return { kind: 'failed', problem: `${url.host} did not answer within ${timeoutMs} ms` }
    if (signal.aborted) return { kind: 'failed', problem: 'this node was stopped' }
    return { kind: 'failed', problem: `${url.host} cannot be reached (${reasonOf(thrown)})` }
  } finally {
    limit.end()
  }
}

/** A status that came counts, whatever becomes of the rest of the answer. */
async function drain(response: Response): Promise<void> {
  let bytes = 0
  try {
    for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      if (bytes > MAX_ANSWER) break
    }
  } catch {
    // The connection broke, or the time was over, behind the status.
  }
}

/** Whole seconds; a date is not worth believing a foreign clock for. */
function retryAfterOf(value: string | null): number | undefined {
  return value !== null && /^\d{1,6}$/.test(value) ? Number(value) * 1_000 : undefined
}

/** Codes of the system only: its sentences may hold addresses. */
function reasonOf(thrown: unknown): string {
  if (thrown instanceof ParleyError) return thrown.code
  if (!(thrown instanceof Error)) return 'unknown'
  if ('code' in thrown && typeof thrown.code === 'string') return thrown.code
  return thrown.cause instanceof Error ? reasonOf(thrown.cause) : thrown.name
}
