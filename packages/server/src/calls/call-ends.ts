/** How news of calls are folded, and what follows from it where an attempt is over. */

import { type CallAttempt, type CallStatus, finalStatuses, type LegStatus, type Told } from '@parley/calls'
import type { Cancel } from '@parley/core'
import type { SessionDesk } from '../gateway/desk-contract.js'
import type { CallAround } from './call-around.js'
import type { CallWorld } from './call-world.js'
import type { CarrierEvent } from './carrier-host.js'
import type { HeldCalls } from './held-calls.js'

export interface CallEndsParts {
  readonly world: CallWorld
  readonly held: HeldCalls
  readonly sessions: Pick<SessionDesk, 'endHandedOver'>
  readonly around: CallAround
  /** Sets the alarm for what follows an attempt that is over. Never throws. */
  told(told: Told): Promise<void>
}

export interface CallEnds {
  /** Undefined for what is unknown here. @throws ParleyError `store_…` */
  fold(event: CarrierEvent): Promise<Told | undefined>
  /**
   * An adopted call, of which only its stream tells: it is talked in, and told again and again as long as that is so, for
   * its silence is its end where this process dies. Returns what ends it; that is tried until the store has it.
   * @throws ParleyError `store_…`
   */
  own(attempt: CallAttempt): Promise<(status: LegStatus) => void>
}

/** A sign of life of an adopted call, ms: three of them fit into what counts as silence. */
const ALIVE_MS = 30_000
const AGAIN_MS = 5_000

export function createCallEnds({ world, held, sessions, around, told: follows }: CallEndsParts): CallEnds {
  const { store, clock, epochMs, registry, log } = world

  async function fold({ carrier, news, attempt, atMs }: CarrierEvent): Promise<Told | undefined> {
    const told = await store.tell(
      {
        ...(attempt === undefined ? {} : { attempt }),
        ...(news.status === undefined ? {} : { status: news.status }),
        ...(news.sequence === undefined ? {} : { sequence: news.sequence }),
        ...(news.answeredBy === undefined ? {} : { answeredBy: news.answeredBy }),
        ...(news.durationSeconds === undefined ? {} : { durationSeconds: news.durationSeconds }),
        carrierCall: news.carrierCall,
        carrier: carrier.name,
        id: news.id,
        atMs,
      },
      world.decide,
    )
    if (told?.news && told.attempt.state === 'ended') await follow(told)
    return told
  }

  /** An alarm that is lost here is set again by the sweep. */
  async function follow(told: Told): Promise<void> {
    const { call, attempt } = told
    around.attemptEnded(call, attempt)
    held.get(call.id)?.live.hangUp('the call is over at the carrier')
    await endWaiting(told)
    await follows(told)
  }

  /** A conversation that waited for the caller to come back waits no more; one that is talked in ends by itself. */
  async function endWaiting({ call, attempt }: Told): Promise<void> {
    const last = attempt.sessions.at(-1)
    if (last === undefined || held.has(call.id)) return
    try {
      if (!(await world.past(call)).away) return
      registry.drop(last)
      sessions.endHandedOver(last)
    } catch (err) {
      log.warn({ err, call: call.id }, 'a conversation that waited was not ended; it runs out')
    }
  }

  async function own(attempt: CallAttempt): Promise<(status: LegStatus) => void> {
    const { id, carrier, carrierCall = '' } = attempt
    let stop: Cancel = () => {}
    let count = 0
    let over = false

    async function say(status: LegStatus): Promise<void> {
      count += 1
      const news = { attempt: id, carrier, carrierCall, status, atMs: epochMs() }
      const told = await store.tell({ ...news, id: `own-${id}-${count}` }, world.decide)
      if (told?.news && told.attempt.state === 'ended') await follow(told)
    }

    function later(status: LegStatus, inMs: number): void {
      stop = clock.after(inMs, () => void again(status))
    }

    async function again(status: LegStatus): Promise<void> {
      const isEnd = status !== 'in-progress'
      try {
        await say(status)
        if (!isEnd && !over) later(status, ALIVE_MS)
      } catch (err) {
        log.error({ err, call: attempt.call, status }, 'how a call stands was not stored; it is tried again')
        // The end is on its way already.
        if (isEnd || !over) later(status, AGAIN_MS)
      }
    }

    await say('in-progress')
    later('in-progress', ALIVE_MS)
    return status => {
      if (over) return
      over = true
      stop()
      void again(status)
    }
  }

  return { fold, own }
}

export function isOver({ status }: { readonly status: CallStatus }): boolean {
  return finalStatuses.includes(status)
}
