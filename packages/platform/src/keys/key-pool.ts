/**
 * Several keys of one vendor as one source. The idlest that may be used is lent; while all are limited, requests wait
 * in a bounded, fair queue for as long as is worth it. Keys that were refused or are spent rest for long; after any
 * rest one request tries the key before the others follow.
 */

import { type Clock, ParleyError } from '@parley/core'
import type { KeyLease, KeyOutcome, KeyRate, KeySource } from '@parley/providers'
import { createFairQueue } from './fair-queue.js'
import type { KeyNews } from './key-news.js'
import { beginUse, endUse, type KeyState, keepUse, keyState, lessBusy, mayUse, rest } from './key-state.js'

export interface KeyPoolOptions {
  /** The vendor, for people. */
  readonly vendor: string
  readonly keys: readonly string[]
  readonly clock: Clock
  /** Uses of one key at a time. Default: no limit. */
  readonly maxInFlight?: number
  /** Requests that may wait. Default 200. */
  readonly maxWaiting?: number
  /** Longest wait, ms. Default 2,000. */
  readonly maxWaitMs?: number
  /** Rest of a key that was limited without a time, ms. Default 1,000. */
  readonly limitedMs?: number
  /** Rest of a key that was refused or is spent, ms. Default 600,000. */
  readonly spentMs?: number
  /** Shares rests with other nodes. */
  readonly news?: KeyNews
}

export interface KeyPool {
  /** Keys for one owner (a tenant, a session), who takes turns with the others. */
  sourceFor(owner: string): KeySource
  /** How the keys do, without the keys. */
  report(): readonly KeyReport[]
  /** Whether there are several keys, of which one does not rest. */
  readonly hasOther: boolean
  /** Whoever waits is refused. */
  close(): void
}

export interface KeyReport {
  readonly id: string
  readonly state: 'ready' | 'limited' | 'spent' | 'refused'
  /** ms; 0 when ready. */
  readonly restsForMs: number
  readonly inFlight: number
}

interface Waiter {
  readonly owner: string
  lend(lease: KeyLease): void
  refuse(error: ParleyError): void
}

/** @throws ParleyError `bad_config` without keys. */
export function createKeyPool(options: KeyPoolOptions): KeyPool {
  const { vendor, clock, news, maxInFlight = Number.POSITIVE_INFINITY, maxWaitMs = 2_000 } = options
  const times = { limitedMs: options.limitedMs ?? 1_000, spentMs: options.spentMs ?? 600_000 }
  const states = [...new Set(options.keys)].map(keyState)
  if (states.length === 0) throw new ParleyError('bad_config', `${vendor} has no key; name at least one.`)
  const queue = createFairQueue<Waiter>(options.maxWaiting ?? 200)
  let cancelWake = () => {}
  let closed = false
  const unlisten = news?.listen(
    states.map(({ id }) => id),
    (id, told) => {
      const state = states.find(each => each.id === id)
      if (state !== undefined) rest(state, told, clock.now())
    },
  )

  function free(): KeyState | undefined {
    const nowMs = clock.now()
    return states.filter(state => mayUse(state, nowMs, maxInFlight)).sort(lessBusy)[0]
  }

  function lend(state: KeyState): KeyLease {
    const use = beginUse(state, clock.now())
    let told = false
    return {
      key: state.key,
      rate(rate: KeyRate) {
        if (told) return
        const found = keepUse(state, rate, clock.now())
        if (found !== undefined) news?.tell(state.id, found)
        serve()
      },
      done(outcome: KeyOutcome) {
        if (told) return
        told = true
        const found = endUse(state, outcome, { use, nowMs: clock.now(), times })
        if (found !== undefined) news?.tell(state.id, found)
        serve()
      },
    }
  }

  /** Lends what is free to those who wait, and wakes again when the next key returns. */
  function serve(): void {
    cancelWake()
    while (queue.size > 0) {
      const state = free()
      if (state === undefined) break
      queue.shift()?.lend(lend(state))
    }
    if (queue.size === 0) return
    const nowMs = clock.now()
    const returns = states.map(({ restsUntilMs }) => restsUntilMs).filter(atMs => atMs > nowMs)
    if (returns.length > 0) cancelWake = clock.after(Math.min(...returns) - nowMs, serve)
  }

  /** Why no key will be there within the longest wait; undefined if one may be. */
  function hopeless(): ParleyError | undefined {
    const nowMs = clock.now()
    const waits = states.map(({ restsUntilMs }) => Math.max(0, restsUntilMs - nowMs))
    const waitMs = Math.min(...waits)
    if (waitMs <= maxWaitMs) return undefined
    const resting = states.filter(state => state.restsUntilMs > nowMs)
    const limited = resting.some(({ why }) => why === 'limited')
    if (limited) return limitedError('limits every key', waitMs)
    const isSpent = resting.some(({ why }) => why === 'spent')
    return isSpent
      ? new ParleyError('provider_quota', `No key of ${vendor} has credit left.`)
      : new ParleyError('provider_refused', `${vendor} accepts none of the keys.`)
  }

  function limitedError(what: string, waitMs: number): ParleyError {
    return new ParleyError('provider_limited', `${vendor} ${what}; add keys or wait.`, {
      retryable: true,
      details: { retryAfterMs: Math.ceil(waitMs) },
    })
  }

  function wait(owner: string, signal: AbortSignal): Promise<KeyLease> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        cancel()
        signal.removeEventListener('abort', onAbort)
      }
      const waiter: Waiter = {
        owner,
        lend(lease) {
          leave()
          resolve(lease)
        },
        refuse(error) {
          leave()
          reject(error)
        },
      }
      const giveUp = (error: ParleyError) => {
        queue.remove(owner, waiter)
        waiter.refuse(error)
      }
      const onAbort = () =>
        giveUp(new ParleyError('timeout', 'The request was given up before a key was free.'))
      const cancel = clock.after(maxWaitMs, () =>
        giveUp(limitedError(`had no free key for ${maxWaitMs} ms`, maxWaitMs)),
      )
      signal.addEventListener('abort', onAbort, { once: true })
      queue.push(owner, waiter)?.refuse(limitedError('has too many requests waiting', maxWaitMs))
      serve()
    })
  }

  return {
    sourceFor: owner => ({
      async take(signal) {
        if (signal.aborted || closed) throw new ParleyError('timeout', 'The request was given up.')
        const state = queue.size === 0 ? free() : undefined
        if (state !== undefined) return lend(state)
        const error = hopeless()
        if (error !== undefined) throw error
        return await wait(owner, signal)
      },
    }),
    report() {
      const nowMs = clock.now()
      return states.map(({ id, why, restsUntilMs, inFlight }) => {
        const restsForMs = Math.max(0, restsUntilMs - nowMs)
        return { id, restsForMs, inFlight, state: restsForMs > 0 ? (why ?? 'limited') : 'ready' }
      })
    },
    get hasOther() {
      const nowMs = clock.now()
      return states.length > 1 && states.some(({ restsUntilMs }) => restsUntilMs <= nowMs)
    },
    close() {
      closed = true
      unlisten?.()
      cancelWake()
      for (let waiter = queue.shift(); waiter !== undefined; waiter = queue.shift())
        waiter.refuse(new ParleyError('draining'))
    },
  }
}
