/**
 * Sends errors of the log to an error tracker that speaks Sentry's protocol. Nothing waits for it but the end of the
 * process, and that for a moment; a tracker that is slow, full or gone costs a bounded queue and one warning.
 */

import { type Clock, limitTime } from '@parley/core'
import type { SentryDsn } from './sentry-dsn.js'
import { sentryEnvelope, sentryEvent } from './sentry-event.js'

export interface ErrorTracking {
  /** A line of the log, `error` or worse, redacted. Over 30 waiting, or ten at once and one in 6 s, it is dropped and counted. */
  take(line: string): void
  /** Resolves once all was sent, or after 2 s, or when `signal` aborts. */
  close(signal: AbortSignal): Promise<void>
}

export interface ErrorTrackingOptions {
  readonly dsn: SentryDsn
  readonly version: string
  readonly environment: string
  readonly clock: Clock
  readonly fetch: typeof globalThis.fetch
  /** 32 digits of hexadecimal, another each time. */
  newId(): string
  /** Told once for each time that the tracker stops taking errors. */
  warn(sentence: string): void
}

const WAITING = 30
const AT_ONCE = 10
const REFILL_MS = 6_000
const SEND_MS = 5_000
const CLOSE_MS = 2_000
const PAUSE_MS = 60_000
const MOST_PAUSE_MS = 3_600_000

export function createErrorTracking(options: ErrorTrackingOptions): ErrorTracking {
  const { dsn, clock, version, environment, newId, warn } = options
  const waiting: string[] = []
  const ended = new AbortController()
  let budget = { tokens: AT_ONCE, atMs: clock.now() }
  let dropped = 0
  let restsUntilMs = 0
  let isRefused = false
  let sending: Promise<void> | undefined

  function mayTake(): boolean {
    const nowMs = clock.now()
    const tokens = Math.min(AT_ONCE, budget.tokens + (nowMs - budget.atMs) / REFILL_MS)
    budget = { tokens: tokens < 1 ? tokens : tokens - 1, atMs: nowMs }
    return tokens >= 1 && waiting.length < WAITING && nowMs >= restsUntilMs && !ended.signal.aborted
  }

  function begin(): void {
    sending ??= sendAll().finally(() => {
      sending = undefined
      if (waiting.length > 0) begin()
    })
  }

  async function sendAll(): Promise<void> {
    for (let line = waiting.shift(); line !== undefined; line = waiting.shift()) {
      const told = dropped
      const release = `parley@${version}`
      const event = sentryEvent(line, { id: newId(), release, environment, dropped: told })
      if (event === undefined) continue
      const problem = await post(sentryEnvelope(event))
      if (problem === undefined) {
        dropped -= told
        isRefused = false
        continue
      }
      dropped += 1 + waiting.length
      waiting.length = 0
      if (!isRefused && !ended.signal.aborted) warn(problem)
      isRefused = true
    }
  }

  /** What is wrong, if anything is. */
  async function post(body: string): Promise<string | undefined> {
    const limit = limitTime(clock, SEND_MS, ended.signal)
    try {
      const {
        ok,
        status,
        headers,
        body: answer,
      } = await options.fetch(dsn.url, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/x-sentry-envelope',
          'x-sentry-auth': `Sentry sentry_version=7, sentry_client=parley/${version}, sentry_key=${dsn.key}`,
        },
        signal: limit.signal,
      })
      await answer?.cancel()
      if (ok) return undefined
      const asked = Number(headers.get('retry-after')) * 1_000
      rest(asked > 0 ? asked : PAUSE_MS)
      return `The error tracker answered ${status}; errors are only in the log for a while. See SENTRY_DSN.`
    } catch {
      rest(PAUSE_MS)
      return 'The error tracker does not answer; errors are only in the log for a while. See SENTRY_DSN.'
    } finally {
      limit.end()
    }
  }

  function rest(ms: number): void {
    restsUntilMs = clock.now() + Math.min(ms, MOST_PAUSE_MS)
  }

  return {
    take(line) {
      if (!mayTake()) {
        dropped += 1
        return
      }
      waiting.push(line)
      begin()
    },
    async close(signal) {
      const limit = limitTime(clock, CLOSE_MS, signal)
      const cut = () => ended.abort()
      limit.signal.addEventListener('abort', cut, { once: true })
      if (limit.signal.aborted) cut()
      await sending
      limit.end()
      cut()
    },
  }
}
