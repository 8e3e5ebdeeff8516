/** What the carrier says of who answered: the truth, as late as a detector would know it. */

import { askCustomer } from './ask-customer.js'
import { type CarrierWorld, parametersOf } from './carrier-world.js'
import type { Leg, MachineDetection } from './leg.js'
import { quiet } from './sounds.js'
import { pending } from './waiting.js'

/** From the answer until a person is known for one, ms, and a machine for one. */
const HUMAN_MS = 2_400
const MACHINE_MS = 4_000
const FAX_MS = 1_500

/**
 * Detects, and tells it: by the next request for a document, which waits for it, or by one of its own where the plan is
 * to be asynchronous (and then this resolves at once).
 */
export async function detectMachine(world: CarrierWorld, leg: Leg): Promise<void> {
  const { machineDetection: plan } = leg
  if (plan === undefined) return
  const { signal } = leg.gone
  if (plan.asyncUrl === undefined) {
    leg.circuit = quiet
    const answeredBy = await verdict(world, leg, plan)
    if (!signal.aborted) decide(world, leg, answeredBy)
    return
  }
  const { asyncUrl: url, asyncMethod: method } = plan
  const beganMs = world.clock.now()
  void verdict(world, leg, plan).then(answeredBy => {
    if (signal.aborted) return
    decide(world, leg, answeredBy)
    const parameters = {
      AccountSid: parametersOf(world, leg).AccountSid ?? '',
      CallSid: leg.sid,
      AnsweredBy: answeredBy,
      MachineDetectionDuration: String(Math.round(world.clock.now() - beganMs)),
    }
    for (let time = 0; time < world.behaviour.now.callbacks.times; time++)
      void askCustomer(world, leg, { kind: 'callback', url, method, parameters }, world.closing)
  })
}

function decide(world: CarrierWorld, leg: Leg, answeredBy: string): void {
  leg.answeredBy = answeredBy
  world.note(leg, 'answered-by', answeredBy)
}

async function verdict(world: CarrierWorld, leg: Leg, plan: MachineDetection): Promise<string> {
  const forced = world.behaviour.now.answeredBy
  const { nature } = leg.party
  const { clock } = world
  const found = await pending<string>(leg.gone.signal, done => {
    const cancels = [clock.after(plan.timeoutMs, () => done('unknown'))]
    if (forced !== undefined) cancels.push(clock.after(MACHINE_MS, () => done(forced)))
    else if (nature === 'human') cancels.push(clock.after(HUMAN_MS, () => done('human')))
    else if (nature === 'fax') cancels.push(clock.after(FAX_MS, () => done('fax')))
    else if (nature === 'machine' && plan.mode === 'Enable')
      cancels.push(clock.after(MACHINE_MS, () => done('machine_start')))
    else if (nature === 'machine')
      leg.party.greetingEnded?.(beep => done(beep ? 'machine_end_beep' : 'machine_end_silence'))
    return () => {
      for (const cancel of cancels) cancel()
    }
  })
  return found ?? 'unknown'
}
