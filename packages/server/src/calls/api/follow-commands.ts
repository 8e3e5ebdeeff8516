/**
 * Carries out what another node was asked to have a call of ours do. Asked for there, it is an event of the call (`asked`,
 * `cancel-asked`); each node that holds calls looks for those every 500 ms. What is taken is written down first
 * (`asked-taken`), so that it is done once; what nobody took within 30 s is too late for a conversation, and dropped.
 */

import type { CallEvent, CallStore } from '@parley/calls'
import { type Cancel, type Clock, ParleyError } from '@parley/core'
import type { Log } from '../../log/log.js'
import type { CallDesk } from '../call-desk.js'
import { carryOut, readCommand } from './commands.js'

export interface CommandFollowing {
  /** Looks no more; resolves once the last look is over. */
  close(): Promise<void>
}

export interface FollowCommandsOptions {
  readonly store: Pick<CallStore, 'readEvents' | 'lastEvent' | 'addEvent'>
  readonly desk: Pick<CallDesk, 'live' | 'active'>
  readonly clock: Clock
  readonly epochMs: () => number
  readonly log: Log
  readonly everyMs?: number
  /** How long something that was asked for may still be done, ms. */
  readonly forMs?: number
}

const PAGE = 500
/** What waits for a call to come here; the oldest goes first. */
const MOST_WAITING = 1_000
const kinds = ['asked', 'asked-taken', 'cancel-asked']

export function followCommands(options: FollowCommandsOptions): CommandFollowing {
  const { store, desk, clock, epochMs, log, everyMs = 500, forMs = 30_000 } = options
  const waiting = new Map<number, CallEvent>()
  let position: number | undefined
  let cancel: Cancel = () => {}
  let looking: Promise<void> = Promise.resolve()
  let closed = false

  async function look(): Promise<void> {
    if (position === undefined) position = await store.lastEvent()
    if (desk.active === 0) return
    await read(position)
    for (const event of [...waiting.values()]) await consider(event)
  }

  async function read(from: number): Promise<void> {
    for (let afterSeq = from; ; ) {
      const events = await store.readEvents({ afterSeq, kinds, limit: PAGE })
      for (const event of events) note(event)
      afterSeq = events.at(-1)?.seq ?? afterSeq
      position = afterSeq
      if (events.length < PAGE) return
    }
  }

  function note(event: CallEvent): void {
    if (event.kind === 'asked-taken') {
      waiting.delete(Number(event.data.asked))
      return
    }
    waiting.set(event.seq, event)
    if (waiting.size <= MOST_WAITING) return
    const [oldest] = waiting.keys()
    if (oldest !== undefined) waiting.delete(oldest)
  }

  async function consider(event: CallEvent): Promise<void> {
    const { seq, call, tenant, atMs, kind, data } = event
    if (epochMs() - atMs > forMs) {
      waiting.delete(seq)
      return
    }
    const live = desk.live(call)
    if (live === undefined || live.call.tenant !== tenant) return
    if (kind === 'cancel-asked') {
      waiting.delete(seq)
      live.hangUp(typeof data.reason === 'string' ? data.reason : 'cancelled')
      return
    }
    const command = readCommand(data)
    if (command === undefined) {
      waiting.delete(seq)
      log.warn({ call, seq }, 'a call was asked for something that this version does not know')
      return
    }
    await store.addEvent({ call, tenant, atMs: epochMs(), kind: 'asked-taken', data: { asked: seq } })
    waiting.delete(seq)
    carryOut(live, command)
  }

  function schedule(): void {
    if (closed) return
    cancel = clock.after(everyMs, () => {
      looking = look().catch((thrown: unknown) => {
        log.warn(
          { err: ParleyError.from(thrown) },
          'what calls are asked for could not be read; trying again',
        )
      })
      void looking.then(schedule)
    })
  }

  schedule()
  return {
    close() {
      closed = true
      cancel()
      return looking
    },
  }
}
