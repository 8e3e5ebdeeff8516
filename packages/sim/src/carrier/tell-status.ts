/** Status callbacks: what became of a call, told as the sheet of the carrier has it, or as badly as a test wants it. */

import { askCustomer } from './ask-customer.js'
import { type CarrierWorld, parametersOf } from './carrier-world.js'
import { isOver, type Leg } from './leg.js'

const eventOf = {
  queued: undefined,
  initiated: 'initiated',
  ringing: 'ringing',
  'in-progress': 'answered',
} as const

/** Tells the leg's status of this moment, where its plan has the event. Never throws, never waits. */
export function tellStatus(world: CarrierWorld, leg: Leg): void {
  const { callbacks, status } = leg
  if (callbacks === undefined) return
  const event = status in eventOf ? eventOf[status as keyof typeof eventOf] : 'completed'
  if (event === undefined || !callbacks.events.includes(event)) return
  const sequence = leg.sequence
  leg.sequence += 1
  const parameters: Record<string, string> = {
    ...parametersOf(world, leg),
    CallbackSource: 'call-progress-events',
    SequenceNumber: String(sequence),
    Timestamp: new Date(world.epochMs()).toUTCString().replace('GMT', '+0000'),
    ...(isOver(status) ? overOf(leg) : {}),
  }
  const { times } = world.behaviour.now.callbacks
  for (let time = 0; time < times; time++) send(world, leg, { sequence, parameters })
}

function overOf(leg: Leg): Record<string, string> {
  const seconds = secondsOf(leg)
  return {
    CallDuration: String(seconds),
    Duration: String(Math.ceil(seconds / 60)),
    SipResponseCode: String(leg.sipCode),
  }
}

/** Whole seconds that were talked. */
export function secondsOf({ answeredAtMs, endedAtMs }: Leg): number {
  if (answeredAtMs === undefined || endedAtMs === undefined) return 0
  return Math.round((endedAtMs - answeredAtMs) / 1000)
}

interface Telling {
  readonly sequence: number
  readonly parameters: Record<string, string>
}

/** Callbacks of a leg in the order they happened, each after the answer to the one before. */
const queues = new WeakMap<Leg, Promise<unknown>>()

function send(world: CarrierWorld, leg: Leg, { sequence, parameters }: Telling): void {
  const { order, delayMs } = world.behaviour.now.callbacks
  const { url = '', method = 'POST' } = leg.callbacks ?? {}
  const post = () => askCustomer(world, leg, { kind: 'callback', url, method, parameters }, world.closing)
  if (order === 'as-happened') {
    const before = queues.get(leg) ?? Promise.resolve()
    const wait = delayMs === 0 ? Promise.resolve() : new Promise<void>(go => world.clock.after(delayMs, go))
    queues.set(leg, before.then(() => wait).then(post))
    return
  }
  const afterMs = order === 'shuffled' ? world.random() * delayMs : delayMs / (sequence + 1)
  world.clock.after(afterMs, () => void post())
}
