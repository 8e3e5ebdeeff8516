/** Asks a gateway over HTTP, waits where it says so, and tells what it refuses in words for a command line. */

import { type Clock, ParleyError } from '@parley/core'
import { unreachable } from '../talk/voice-wire.js'

export interface GatewayOptions {
  /** As people give it: `host:3000`, `https://host`. */
  readonly url: string
  readonly token: string | undefined
  readonly clock: Clock
  readonly fetch: typeof fetch
}

export interface Gateway {
  /** Posts, and gives the text of the answer. @throws ParleyError `timeout` where nobody answers, `bad_config`, `store_failed` */
  ask(path: string, sent: { readonly type: string; readonly body: string }): Promise<string>
  /** Undefined for what is not there. */
  find<Found>(path: string): Promise<Found | undefined>
  read<Found>(path: string): Promise<Found>
}

const ANSWER_MS = 120_000
const MOST_TRIES = 6
const USUAL_WAIT_MS = 2_000
const LONGEST_WAIT_MS = 65_000

export function openGateway({ url, token, clock, fetch: ask }: GatewayOptions): Gateway {
  const base = baseUrl(url)
  const bearer: Readonly<Record<string, string>> =
    token === undefined ? {} : { authorization: `Bearer ${token}` }

  async function once(
    path: string,
    init: RequestInit,
  ): Promise<{ readonly status: number; readonly text: string; readonly waitMs: number }> {
    const late = new AbortController()
    const stop = clock.after(ANSWER_MS, () => late.abort())
    try {
      const answer = await ask(new URL(path, base), { ...init, signal: late.signal, redirect: 'error' })
      const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN)
      const waitMs = Number.isFinite(seconds) ? Math.min(seconds * 1_000, LONGEST_WAIT_MS) : USUAL_WAIT_MS
      return { status: answer.status, text: await answer.text(), waitMs }
    } catch (thrown) {
      if (late.signal.aborted)
        throw new ParleyError('timeout', `${base.origin} gave no answer in time.`, {
          cause: thrown,
          retryable: true,
        })
      const cause = thrown instanceof Error && thrown.cause instanceof Error ? thrown.cause : thrown
      throw unreachable(base.origin, cause instanceof Error ? cause : new Error(String(cause)))
    } finally {
      stop()
    }
  }

  async function request(path: string, init: RequestInit) {
    for (let tries = 1; ; tries++) {
      const answer = await once(path, init)
      const busy = answer.status === 429 || answer.status === 503
      if (!busy || tries === MOST_TRIES) return answer
      await new Promise<void>(resolve => clock.after(answer.waitMs, resolve))
    }
  }

  return {
    async ask(path, { type, body }) {
      const headers = { ...bearer, 'content-type': type }
      const answer = await request(path, { method: 'POST', headers, body })
      if (answer.status < 300) return answer.text
      throw refusal(answer)
    },
    async find<Found>(path: string) {
      const answer = await request(path, { headers: bearer })
      if (answer.status === 404 && problemIn(answer.text) !== undefined) return undefined
      if (answer.status >= 300) throw refusal(answer)
      return JSON.parse(answer.text) as Found
    },
    async read<Found>(path: string) {
      const answer = await request(path, { headers: bearer })
      if (answer.status >= 300) throw refusal(answer)
      return JSON.parse(answer.text) as Found
    },
  }
}

/** @throws ParleyError `bad_config` */
export function baseUrl(given: string): URL {
  const full = /^\w+:\/\//.test(given) ? given : `http://${given}`
  const url = URL.canParse(full) ? new URL(full.replace(/^ws/, 'http')) : undefined
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url
  throw new ParleyError(
    'bad_config',
    `"${given}" is not an address; give for example --url http://localhost:3000`,
  )
}

function refusal({ status, text }: { readonly status: number; readonly text: string }): ParleyError {
  const message = problemIn(text) ?? `The answer was ${status}; is it a Parley gateway of this version?`
  if (status === 401 || status === 403) {
    const cure = 'bring a token with the scopes calls:read and calls:write (--token, PARLEY_TOKEN)'
    return new ParleyError('bad_config', `The gateway lets nobody in with that: ${message} Else ${cure}.`)
  }
  if (status === 429 || status === 503) return new ParleyError('overloaded', message)
  return new ParleyError(status < 500 ? 'bad_config' : 'store_failed', message)
}

function problemIn(text: string): string | undefined {
  try {
    const { error } = JSON.parse(text) as { readonly error?: { readonly message?: unknown } }
    return typeof error?.message === 'string' ? error.message : undefined
  } catch {
    return undefined
  }
}
