/**
 * Turns that were committed by us, each answered once and in order: by the vendor, or here where there was too little.
 * A vendor that answers none is lost.
 */

import type { Clock, ParleyError } from '@parley/core'
import { lateError } from '../../wire/vendor-error.js'
import { watchdog } from '../../wire/watchdog.js'
import { VENDOR } from '../realtime-link.js'
import type { FarTeller } from './far-teller.js'

export interface FarCommits {
  /** Sent under this name. */
  ask(eventId: string): void
  /** There is nothing to send; answered in its turn. */
  skip(): void
  /** The vendor made an item of a turn. */
  done(item: string): void
  /** The vendor refused one; false if it is none of these. */
  refuse(eventId: string): boolean
  /** The session stands: the vendor's time to answer begins. */
  watch(): void
  stop(): void
}

export interface FarCommitsOptions {
  readonly clock: Clock
  readonly timeoutMs: number
  readonly teller: FarTeller
  onLate(error: ParleyError): void
}

export function farCommits({ clock, timeoutMs, teller, onLate }: FarCommitsOptions): FarCommits {
  /** Names of events; undefined: nothing to commit. */
  const waiting: (string | undefined)[] = []
  const patience = watchdog(clock)
  let isWatching = false

  function watch(): void {
    if (waiting.length === 0 || !isWatching) return patience.stop()
    patience.expect(timeoutMs, () => onLate(lateError(VENDOR, 'take a turn', timeoutMs)))
  }

  function drain(tell: FarTeller['tell']): void {
    while (waiting.length > 0 && waiting[0] === undefined) {
      waiting.shift()
      tell({ kind: 'commit-empty' })
    }
    watch()
  }

  return {
    ask(eventId) {
      waiting.push(eventId)
      if (waiting.length === 1) watch()
    },
    skip() {
      waiting.push(undefined)
      if (waiting.length === 1) drain(teller.tellSoon)
    },
    done(item) {
      waiting.shift()
      teller.tell({ kind: 'committed', item })
      drain(teller.tell)
    },
    refuse(eventId) {
      const at = waiting.indexOf(eventId)
      if (at < 0) return false
      waiting[at] = undefined
      drain(teller.tell)
      return true
    },
    watch() {
      isWatching = true
      watch()
    },
    stop() {
      isWatching = false
      patience.stop()
    },
  }
}
