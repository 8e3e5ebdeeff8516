/**
 * A call that is talked in here: its session, its leg, and what may be done with it. Everything that must outlive this
 * process is written before it is done; what a carrier is to do next waits in the call's events until the carrier asks.
 *
 * Invariant: `ended` or `handedOver` is told once, also where the session was over before it stood.
 */

import { type Call, type CallAttempt, type CallStep, callEngine, type PhonePlan } from '@parley/calls'
import {
  type BargeIn,
  type CallOrder,
  type CloseReason,
  type Engine,
  type Inbox,
  ParleyError,
  type Session,
  type SessionEvent,
  type SessionId,
  type Tap,
  type TurnId,
} from '@parley/core'
import type { PhoneLeg } from '@parley/transports'
import { isAdopted } from './adopted-call.js'
import { hangUp, transferSteps } from './call-steps.js'
import type { CallWorld } from './call-world.js'
import { createEnteredKeys } from './entered-keys.js'
import { createMachineAnswer, type MachineAnswer } from './machine-answer.js'

export interface LiveCall extends Pick<MachineAnswer, 'greetingOver'> {
  readonly call: Call
  readonly attempt: CallAttempt
  readonly plan: PhonePlan
  readonly tap: Tap
  /** The agent's engine as it talks in this call. */
  wrap(engine: Engine, bargeIn: BargeIn): Engine
  /** The session stands, on this leg. */
  stands(session: Session, leg: PhoneLeg, inbox: () => Inbox | undefined): void
  pressed(digit: string): void
  /** To the carrier and back, ms; undefined until it was measured. */
  readonly rttMs: number | undefined
  /** Has the agent know something, and answer it. */
  tell(text: string): void
  /** Somebody or something answered, as our own ear heard: known to the store from here. */
  heard(who: 'human' | 'machine' | 'fax'): void
  /** As the carrier has told the store. */
  answeredBy(who: 'human' | 'machine' | 'fax'): void
  /** Never throws: the agent is told of what could not be done. */
  order(order: CallOrder): Promise<void>
  hangUp(reason: string): void
  /** Another process, or a later stream, goes on with it; at once, or as soon as the session stands. */
  handOver(): Promise<void>
}

export interface LiveCallOptions {
  readonly call: Call
  readonly attempt: CallAttempt
  readonly plan: PhonePlan
  readonly world: CallWorld
  /** Set where the agent's voice says no text of ours: of the carrier's, BCP 47. */
  readonly elsewhere?: string
  /** The session is over, and it is not gone on with elsewhere. */
  ended(live: LiveCall, session: SessionId, reason: CloseReason): void
  handedOver(live: LiveCall): void
}

export function createLiveCall(options: LiveCallOptions): LiveCall {
  const { call, attempt, plan, world, elsewhere } = options
  const { clock, log } = world
  let session: Session | undefined
  let leg: PhoneLeg | undefined
  let inbox: () => Inbox | undefined = () => undefined
  let over: CloseReason | undefined
  let told = 0
  let stood = (): void => {}
  const standing = new Promise<void>(resolve => {
    stood = resolve
  })
  const keys = createEnteredKeys(plan.keys, clock, digits => inbox()?.text(digits))
  const machine = createMachineAnswer({
    machine: plan.machine,
    clock,
    inbox: () => inbox(),
    note,
    hangUp: reason => live.hangUp(reason),
    ...(elsewhere === undefined ? {} : { sayElsewhere }),
  })

  function sayElsewhere(text: string): void {
    const steps = [{ step: 'say', text, language: elsewhere ?? '' } as const, ...hangUp]
    leaveFor(steps, { message: true }).catch((error: unknown) => fault(error, 'leave-message'))
  }

  function note(kind: string, data: Readonly<Record<string, string | number | boolean>> = {}): void {
    void world.note(call, kind, data)
  }

  function fault(error: unknown, what: string): void {
    log.warn({ err: error, call: call.id, what }, 'a call could not do what it was to do')
    note('trouble', { what, code: ParleyError.from(error).code })
  }

  function tellEnd(): void {
    if (session === undefined || over === undefined) return
    if (over === 'handed-over') options.handedOver(live)
    else options.ended(live, session.id, over)
  }

  async function transfer(to: string, about: string): Promise<void> {
    const way = plan.transfers[to]
    if (way === undefined) throw new ParleyError('not_found', `The agent's plan has no transfer "${to}".`)
    await leaveFor(transferSteps({ call, attempt, to, way, about, world }), { transfer: to, about })
    note('transfer', { to, about })
  }

  /** The conversation waits, for the caller to come back on another stream, wherever that is. */
  async function hold(on: boolean): Promise<void> {
    // Who is talked with is not on hold; who is, has no session here.
    if (!on) return
    if (!world.carrier(attempt.carrier).can.documents)
      throw new ParleyError('bad_message', `${attempt.carrier} has nothing to hold a call with.`)
    const url = world.addresses.of(attempt.carrier, 'hold', attempt.id)
    await leaveFor([{ step: 'redirect', url }], { hold: true })
  }

  async function leaveFor(
    steps: readonly CallStep[],
    about: Readonly<Record<string, string | boolean>>,
  ): Promise<void> {
    if (isAdopted(attempt))
      throw new ParleyError('bad_message', 'Its carrier does not ask this gateway what the call does next.')
    await world.next(call, steps, about)
    await live.handOver()
  }

  async function carryOut(order: CallOrder): Promise<void> {
    await standing
    if (order.do === 'transfer') return transfer(order.to, order.about)
    if (order.do === 'hold') return hold(order.on)
    if (order.do === 'leave-message') return machine.leave()
    if (leg?.sendDigits(order.digits) !== true)
      throw new ParleyError('bad_message', 'Keys are 0–9, *, # and w for half a second; 64 at most wait.')
  }

  const live: LiveCall = {
    call,
    attempt,
    plan,
    tap: {
      name: 'call',
      event(event: SessionEvent) {
        if (event.kind === 'call-ordered') void live.order(event.order)
        if (event.kind !== 'session-ended') return
        keys.close()
        machine.close()
        over = event.reason
        tellEnd()
      },
    },
    get rttMs() {
      return leg?.rttMs
    },
    wrap: (engine, bargeIn) =>
      callEngine(engine, {
        ...(plan.consent === undefined ? {} : { consent: plan.consent }),
        bargeIn,
        message: () => machine.message(),
      }),
    greetingOver: () => void standing.then(() => machine.greetingOver()),
    stands(held, given, at) {
      session = held
      leg = given
      inbox = at
      tellEnd()
      stood()
    },
    pressed: digit => keys.pressed(digit),
    tell(text) {
      told += 1
      const steering = inbox()?.steering
      steering?.remember({ kind: 'system', id: `${call.id}-told-${told}-${clock.now()}` as TurnId, text })
      steering?.answer()
    },
    heard(who) {
      void world.answered(attempt, who)
      live.answeredBy(who)
    },
    answeredBy: who => void standing.then(() => machine.answeredBy(who)),
    async order(order) {
      try {
        await carryOut(order)
      } catch (error) {
        fault(error, order.do)
        live.tell(`That could not be done (${order.do}). Tell the caller, and go on.`)
      }
    },
    hangUp(reason) {
      if (over !== undefined) return
      note('hang-up', { reason })
      void standing.then(() => session?.end('hang-up'))
    },
    async handOver() {
      await standing
      if (session === undefined) return
      world.keep(call, attempt, await session.handOver(), plan.maxSeconds * 1000)
      await world.kept()
    },
  }

  return live
}
