/**
 * A call that is talked in here: its session, its leg, and what may be done with it. Everything that must outlive this
 * process is written before it is done; what a carrier is to do next waits in the call's events until the carrier asks.
 */

import type { Call, CallAttempt, PhonePlan } from '@parley/calls'
import { type CollectedDigits, createDigitCollector, type DigitCollector } from '@parley/calls'
import {
  type CallOrder,
  type Cancel,
  type CloseReason,
  type Inbox,
  ParleyError,
  type Session,
  type SessionEvent,
  type SessionId,
  type SessionSnapshot,
  type Tap,
  type TurnId,
} from '@parley/core'
import type { PhoneLeg } from '@parley/transports'
import { transferSteps } from './call-steps.js'
import type { CallWorld } from './call-world.js'

export interface LiveCall {
  readonly call: Call
  readonly attempt: CallAttempt
  readonly plan: PhonePlan
  readonly tap: Tap
  /** What is to be left on a machine, once it may be. */
  message(): string | undefined
  /** The session stands, on this leg. */
  stands(session: Session, leg: PhoneLeg, inbox: () => Inbox | undefined): void
  pressed(digit: string): void
  /** To the carrier and back, ms; undefined until it was measured. */
  readonly rttMs: number | undefined
  /** Has the agent know something, and answer it. */
  tell(text: string): void
  /** Somebody or something answered: as our own ear, or the carrier, says. */
  answeredBy(who: 'human' | 'machine' | 'fax'): void
  /** The machine's greeting is over. */
  greetingOver(): void
  order(order: CallOrder): Promise<void>
  hangUp(reason: string): void
  /** Another process, or a later stream, goes on with it. */
  handOver(): Promise<void>
}

export interface LiveCallOptions {
  readonly call: Call
  readonly attempt: CallAttempt
  readonly plan: PhonePlan
  readonly world: CallWorld
  /** The session is over, and it is not gone on with elsewhere. */
  ended(live: LiveCall, session: SessionId, reason: CloseReason): void
  handedOver(live: LiveCall): void
}

/** Longest wait for the end of a machine's greeting, ms. */
const GREETING_MS = 30_000

export function createLiveCall(options: LiveCallOptions): LiveCall {
  const { call, attempt, plan, world } = options
  const { clock, log } = world
  let session: Session | undefined
  let leg: PhoneLeg | undefined
  let inbox: () => Inbox | undefined = () => undefined
  /** Since the first key. */
  let keys: DigitCollector | undefined
  let stopKeys: Cancel = () => {}
  let stopGreeting: Cancel = () => {}
  let told = 0
  let machine: 'none' | 'greeting' | 'leaving' = 'none'

  function keyOrder() {
    const { most, terminator, betweenMs } = plan.keys
    return { most, terminator, betweenMs, firstMs: betweenMs }
  }

  /** What was pressed becomes one typed turn. */
  function entered(ended: CollectedDigits | undefined): void {
    if (ended === undefined) return
    stopKeys()
    keys = undefined
    if (ended.digits !== '') inbox()?.text(ended.digits)
  }

  function note(kind: string, data: Readonly<Record<string, string | number | boolean>> = {}): void {
    void world.note(call, kind, data)
  }

  function fault(error: unknown, what: string): void {
    log.warn({ err: error, call: call.id, what }, 'a call could not do what it was to do')
    note('trouble', { what, code: ParleyError.from(error).code })
  }

  async function transfer(to: string, about: string): Promise<void> {
    const way = plan.transfers[to]
    if (way === undefined) throw new ParleyError('not_found', `The agent's plan has no transfer "${to}".`)
    const steps = transferSteps({ call, attempt, to, way, about, world })
    await world.next(call, steps, { transfer: to, about })
    note('transfer', { to, about })
    await live.handOver()
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
        stopKeys()
        stopGreeting()
        const { reason } = event
        if (session === undefined) return
        if (reason === 'handed-over') options.handedOver(live)
        else options.ended(live, session.id, reason)
      },
    },
    get rttMs() {
      return leg?.rttMs
    },
    message: () => (machine === 'leaving' ? plan.machine.message : undefined),
    stands(held, standing, given) {
      session = held
      leg = standing
      inbox = given
    },
    pressed(digit) {
      const held = keys ?? createDigitCollector(keyOrder(), clock.now())
      keys = held
      stopKeys()
      entered(held.key(digit, clock.now()))
      if (keys !== held) return
      const waitMs = Math.max(0, held.dueAtMs - clock.now())
      stopKeys = clock.after(waitMs, () => entered(held.tick(clock.now())))
    },
    tell(text) {
      told += 1
      const steering = inbox()?.steering
      steering?.remember({ kind: 'system', id: `${call.id}-told-${told}-${clock.now()}` as TurnId, text })
      steering?.answer()
    },
    answeredBy(who) {
      if (machine !== 'none') return
      note('answered-by', { who })
      if (who === 'human' || plan.machine.then === 'talk') return
      if (who === 'fax' || plan.machine.then === 'hang-up') return live.hangUp(who)
      machine = 'greeting'
      hush()
      stopGreeting = clock.after(GREETING_MS, () => live.greetingOver())
    },
    greetingOver() {
      if (machine !== 'greeting') return
      stopGreeting()
      machine = 'leaving'
      note('message-left')
      inbox()?.steering.answer()
    },
    async order(order) {
      try {
        if (order.do === 'transfer') await transfer(order.to, order.about)
        else if (order.do === 'hold') await world.hold(call, attempt, order.on)
        else if (order.do === 'leave-message') live.answeredBy('machine')
        else if (leg?.sendDigits(order.digits) !== true)
          throw new ParleyError('bad_message', 'Keys are 0–9, *, # and w for half a second; 64 at most wait.')
      } catch (error) {
        fault(error, order.do)
        live.tell(`That could not be done (${order.do}). Tell the caller, and go on.`)
      }
    },
    hangUp(reason) {
      note('hang-up', { reason })
      void session?.end('hang-up')
    },
    async handOver() {
      if (session === undefined) return
      const snapshot: SessionSnapshot = await session.handOver()
      world.keep(call, attempt, snapshot)
      await world.kept()
    },
  }

  /** The machine hears nothing of the agent, and the agent makes no turns of the machine's words. */
  function hush(): void {
    inbox()?.interrupt()
    inbox()?.steering.configure({
      turns: { bargeIn: 'none' },
      turnsEnd: 'told',
      answers: 'asked',
      overheard: 'dropped',
      wishes: {},
    })
  }

  return live
}
