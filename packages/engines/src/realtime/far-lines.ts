/**
 * The far sessions of one call: one is in use. One that is lost is followed by another, of the next model where this one
 * refuses or fails again; one that the vendor will end is followed before that, at a quiet moment, by one that knows
 * what was said. Nobody waits for a connection but an answer that needs it, and that with a limit.
 */

import { type Cancel, type Clock, ParleyError, type SpeechToSpeech } from '@parley/core'
import type { Breaker, BreakerUse } from '../failover/breaker.js'
import type { IncidentAction } from '../failover/incident.js'
import type { FarLine } from './far-line.js'

export interface FarLines {
  /** The one in use, ready or not; undefined while there is none. */
  readonly line: FarLine | undefined
  /** Waits until there is one. @throws ParleyError what the last one ended with, if none comes in time */
  reach(signal: AbortSignal): Promise<FarLine | undefined>
  /** A successor takes over if this is a quiet moment, or it must: a turn is about to be answered. */
  settle(isAnswering: boolean): void
  /** It answers no more although it is there: the next one is to. */
  giveUp(line: FarLine, error: ParleyError): void
  close(): void
}

export interface FarMember {
  readonly model: SpeechToSpeech
  readonly breaker: Breaker
}

export interface FarLinesParts {
  readonly clock: Clock
  readonly members: readonly FarMember[]
  readonly firstMs: number
  readonly mostMs: number
  readonly reachMs: number
  readonly beforeMs: number
  readonly latestMs: number
  open(model: SpeechToSpeech, told: FarLineTold): FarLine
  /** A new session is to know what was said. */
  fill(line: FarLine): void
  /** Another is in use from now on. */
  use(line: FarLine | undefined): void
  tell(model: SpeechToSpeech, action: IncidentAction, error?: ParleyError): void
  /** Whether this is a moment for another session. */
  isQuiet(): boolean
}

export interface FarLineTold {
  ready(line: FarLine): void
  lost(line: FarLine, error: ParleyError): void
}

/** How often a quiet moment is looked for, and how long a failed renewal rests, ms. */
const LOOK_MS = 250
const RENEW_AGAIN_MS = 10_000

export function startFarLines(parts: FarLinesParts): FarLines {
  const { clock, members } = parts
  let current: { readonly line: FarLine; readonly use: BreakerUse; readonly member: FarMember } | undefined
  let next: { readonly line: FarLine; readonly use: BreakerUse; readonly member: FarMember } | undefined
  let failedInRow = 0
  let lastError: ParleyError | undefined
  let closed = false
  let cancelRetry: Cancel = () => {}
  let cancelRenewal: Cancel = () => {}
  const waiting = new Set<() => void>()

  const wake = () => {
    for (const run of [...waiting]) run()
  }

  /** The first that may be used now, else the one that rests least. */
  function choose(): { readonly member: FarMember; readonly use: BreakerUse } {
    for (const member of members) {
      const use = member.breaker.enter()
      if (use !== undefined) return { member, use }
    }
    const [soonest] = [...members].sort((one, other) => one.breaker.openForMs - other.breaker.openForMs)
    const member = soonest as FarMember
    return { member, use: member.breaker.force() }
  }

  function open(): void {
    if (closed) return
    const { member, use } = choose()
    const line = parts.open(member.model, { ready, lost })
    current = { line, use, member }
    parts.fill(line)
    parts.use(line)
    wake()
  }

  function ready(line: FarLine): void {
    if (line === next?.line) return renewed()
    if (line !== current?.line) return
    const wasClosed = current.member.breaker.state === 'closed'
    current.use.succeeded()
    if (!wasClosed) parts.tell(line.model, 'returned')
    failedInRow = 0
    planRenewal(line)
  }

  /** A session that had stood counts as a use of its own, for it had succeeded. */
  function fail({ line, use, member }: NonNullable<typeof current>, error: ParleyError): void {
    const stateOf = () => member.breaker.state
    const wasOpen = stateOf() === 'open'
    parts.tell(line.model, line.isReady && line === current?.line ? 'broke-off' : 'failed', error)
    if (line.isReady) member.breaker.force().failed(error)
    else use.failed(error)
    if (!wasOpen && stateOf() === 'open') parts.tell(line.model, 'rested', error)
  }

  function lost(line: FarLine, error: ParleyError): void {
    if (line === next?.line) {
      fail(next, error)
      next = undefined
      cancelRenewal()
      cancelRenewal = clock.after(RENEW_AGAIN_MS, renew)
      return
    }
    if (line !== current?.line || closed) return
    lastError = error
    fail(current, error)
    // What refuses one session of a model refuses its next.
    const isRefused = error.code === 'provider_quota' || error.code === 'provider_refused'
    const isOther = !isRefused || next?.member !== current.member
    if (next?.line.isReady === true && isOther) return succeed(next)
    dropNext()
    current = undefined
    parts.use(undefined)
    failedInRow++
    const other = members.some(({ breaker }) => breaker.admits)
    // The first time nothing is known against trying at once; nor is where another may do.
    const atOnce = failedInRow === 1 || (other && failedInRow <= members.length + 1)
    const waitMs = Math.min(parts.mostMs, parts.firstMs * 2 ** Math.min(20, failedInRow - 2))
    cancelRetry = clock.after(atOnce ? 0 : waitMs, open)
    if (isHopeless()) wake()
  }

  /** Nobody may be tried before whoever waits has given up. */
  const isHopeless = () =>
    current === undefined && members.every(({ breaker }) => breaker.openForMs > parts.reachMs)

  function planRenewal(line: FarLine): void {
    cancelRenewal()
    if (line.expiresAtMs === undefined) return
    const leftMs = line.expiresAtMs - clock.now()
    // A short life, or a calendar that is wrong, must not make one session follow the other.
    const waitMs = Math.max(leftMs - parts.beforeMs, leftMs / 2, RENEW_AGAIN_MS)
    cancelRenewal = clock.after(waitMs, renew)
  }

  /** Looks for a quiet moment, opens the successor in it, and then for another to take it. */
  function renew(): void {
    cancelRenewal()
    if (closed || current === undefined) return
    const isLate = msLeft() <= parts.latestMs
    if (next === undefined && (parts.isQuiet() || isLate)) {
      const { member, use } = choose()
      next = { line: parts.open(member.model, { ready, lost }), use, member }
    }
    cancelRenewal = clock.after(LOOK_MS, renew)
    if (next?.line.isReady) renewed()
  }

  function renewed(): void {
    if (next === undefined || !parts.isQuiet()) return
    swap()
  }

  function swap(): void {
    if (next === undefined || current === undefined || next.line.isOver) return
    const { line: old } = current
    succeed(next)
    old.close()
  }

  function succeed(successor: NonNullable<typeof next>): void {
    const { line, use } = successor
    current = successor
    next = undefined
    use.succeeded()
    parts.fill(line)
    parts.use(line)
    planRenewal(line)
  }

  const msLeft = () => (current?.line.expiresAtMs ?? Number.POSITIVE_INFINITY) - clock.now()

  function dropNext(): void {
    cancelRenewal()
    next?.line.close()
    next = undefined
  }

  open()

  return {
    get line() {
      return current?.line
    },
    reach(signal) {
      if (current !== undefined || closed || signal.aborted) return Promise.resolve(current?.line)
      return new Promise((resolve, reject) => {
        const done = () => {
          cancel()
          waiting.delete(look)
          signal.removeEventListener('abort', look)
        }
        const fail = () => {
          done()
          reject(lastError ?? new ParleyError('provider_unreachable'))
        }
        const look = () => {
          if (current === undefined && !signal.aborted && !closed) {
            if (isHopeless()) fail()
            return
          }
          done()
          resolve(current?.line)
        }
        const cancel = clock.after(parts.reachMs, fail)
        waiting.add(look)
        signal.addEventListener('abort', look, { once: true })
        look()
      })
    },
    settle(isAnswering) {
      if (next === undefined || !next.line.isReady) return
      if (parts.isQuiet() || (isAnswering && msLeft() <= parts.latestMs)) swap()
    },
    giveUp(line, error) {
      if (line !== current?.line) return
      lost(line, error)
      line.close()
    },
    close() {
      closed = true
      cancelRetry()
      dropNext()
      current?.line.close()
      current = undefined
      wake()
    },
  }
}
