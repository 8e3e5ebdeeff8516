/**
 * What is done about who, or what, has answered: the first word of it counts, whoever heard it, and only an order to leave a
 * message stands above it. A machine hears nothing of the agent but the plan's message, once its greeting is over.
 */

import type { PhonePlan } from '@parley/calls'
import { type Cancel, type Clock, type Inbox, ParleyError } from '@parley/core'

export interface MachineAnswer {
  /** What is to be left now; undefined where nothing is. */
  message(): string | undefined
  answeredBy(who: 'human' | 'machine' | 'fax'): void
  greetingOver(): void
  /** Leaves the plan's message, whoever was heard. @throws ParleyError `bad_message` where the plan has none */
  leave(): void
  close(): void
}

export interface MachineAnswerOptions {
  readonly machine: PhonePlan['machine']
  readonly clock: Clock
  inbox(): Inbox | undefined
  note(kind: string): void
  hangUp(reason: string): void
  /** Has the carrier say it and hang up, where the agent's voice says no text of ours. */
  sayElsewhere?(text: string): void
}

/** Longest wait for the end of a machine's greeting, ms. */
const GREETING_MS = 30_000

export function createMachineAnswer(options: MachineAnswerOptions): MachineAnswer {
  const { machine, clock, inbox } = options
  let state: 'unknown' | 'told' | 'greeting' | 'leaving' = 'unknown'
  let stop: Cancel = () => {}

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

  function wait(): void {
    if (state === 'greeting' || state === 'leaving') return
    state = 'greeting'
    hush()
    stop = clock.after(GREETING_MS, greetingOver)
  }

  function greetingOver(): void {
    if (state !== 'greeting') return
    stop()
    state = 'leaving'
    options.note('message-left')
    if (options.sayElsewhere === undefined) inbox()?.steering.answer()
    else if (machine.message !== undefined) options.sayElsewhere(machine.message)
  }

  return {
    message: () => (state === 'leaving' ? machine.message : undefined),
    answeredBy(who) {
      if (state !== 'unknown') return
      state = 'told'
      if (who === 'human') return
      if (who === 'fax') options.hangUp('a fax answered')
      else if (machine.then === 'hang-up') options.hangUp('a machine answered')
      else if (machine.then === 'leave-message') wait()
    },
    greetingOver,
    leave() {
      if (machine.message === undefined)
        throw new ParleyError(
          'bad_message',
          'The agent’s plan has no message to leave; see `phone: machine:`.',
        )
      wait()
    },
    close: () => stop(),
  }
}
