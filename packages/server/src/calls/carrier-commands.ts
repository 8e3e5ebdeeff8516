/**
 * Carriers without documents tell events, and do what is asked of them by commands: here an event finds who is asked for
 * the steps, and the steps go back as commands. The same event again on this node does nothing; on another it is the
 * host's, and the carrier's own guard against the same command twice, to see to it.
 */

import type { CallStep } from '@parley/calls'
import { type ErrorCode, ParleyError } from '@parley/core'
import { apology } from './call-steps.js'
import type { CarrierEvent, CarrierHost } from './carrier-host.js'

export interface CarrierCommands {
  /** @throws whatever the host or the carrier throws; the carrier will tell the event again then */
  take(event: CarrierEvent): Promise<void>
}

/** Events that are remembered; older ones are forgotten first. */
const REMEMBERED = 2_000

export function createCarrierCommands(host: CarrierHost): CarrierCommands {
  const done = new Set<string>()
  return {
    async take(event) {
      const { id } = event.news
      if (done.has(id)) return
      done.add(id)
      for (const oldest of done) {
        if (done.size <= REMEMBERED) break
        done.delete(oldest)
      }
      try {
        await follow(host, event)
      } catch (error) {
        done.delete(id)
        throw error
      }
    },
  }
}

async function follow(host: CarrierHost, event: CarrierEvent): Promise<void> {
  const { news, carrier, signal } = event
  const inbound = news.direction === 'inbound'
  if (news.answeredBy !== undefined) await host.machine(event)
  if (news.stream !== undefined) await host.stream(event)
  if (news.status !== undefined && !(inbound && news.status === 'initiated')) await host.status(event)
  if (inbound && news.status === 'initiated') {
    const steps = await orApology(host.incoming(event))
    if (carrier.pickUp === undefined) await carrier.redirect(news.carrierCall, steps, signal)
    else await carrier.pickUp(news.carrierCall, steps, signal)
    return
  }
  const steps = await orApology(stepsAfter(host, event))
  if (steps === undefined) return
  try {
    await carrier.redirect(news.carrierCall, steps, signal, event.attempt)
  } catch (error) {
    // Told once more, it would be as far gone as it is now.
    if (!(error instanceof ParleyError && error.code === 'call_over')) throw error
  }
}

/** What stays wrong however often it is told is said to whoever holds the receiver. */
async function orApology<Steps>(asked: Promise<Steps>): Promise<Steps | readonly CallStep[]> {
  try {
    return await asked
  } catch (error) {
    if (!(error instanceof ParleyError && lasting.includes(error.code))) throw error
    return apology('en')
  }
}

const lasting: readonly ErrorCode[] = ['not_found', 'bad_number', 'bad_message']

/** Undefined where the event asks for nothing. */
async function stepsAfter(host: CarrierHost, event: CarrierEvent): Promise<readonly CallStep[] | undefined> {
  const { news } = event
  if (news.dialled !== undefined) return host.dialled(event)
  if (news.digits !== undefined) return host.digits(event)
  if (news.rest !== undefined) return news.rest
  if (news.stream === 'over') return host.streamOver(event)
  if (news.status === 'in-progress' && news.direction === 'outbound') return host.answered(event)
  return undefined
}
