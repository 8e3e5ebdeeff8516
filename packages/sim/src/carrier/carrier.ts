/** A whole simulated carrier without a socket of its own: for tests under virtual time, and behind `openCarrierSim`. */

import { setMaxListeners } from 'node:events'
import type { CarrierBehaviour, CarrierSimOptions, OwnNumber, PhoneBehind } from './carrier-options.js'
import type { AskedOfCustomer, CarrierWorld } from './carrier-world.js'
import type { Leg, SimCall } from './leg.js'
import type { Party } from './party.js'
import { createPersona } from './persona.js'
import { createRest, type RestRequest } from './rest.js'
import type { RestAnswer } from './rest-answers.js'
import { type Programs, runProgram } from './run-program.js'
import { connectSocket } from './socket-line.js'
import { speakNotes } from './sounds.js'
import { createSwitchboard } from './switchboard.js'
import { pending } from './waiting.js'

export interface CarrierCore {
  readonly account: string
  readonly authToken: string
  readonly signingKey: string
  /** Every leg, oldest first; those over too, up to `keepCalls`. */
  readonly calls: readonly SimCall[]
  /** Everything that was asked of customers, oldest first. */
  readonly asked: readonly AskedOfCustomer[]
  /** What customers did that a carrier would refuse or warn of; the newest 1,000. */
  readonly complaints: readonly string[]
  rest(request: RestRequest): RestAnswer
  /** Who answers at a number, from now on. Nobody has a number that was never told: `unreachable`. */
  phone(number: string, who: PhoneBehind | undefined): void
  /** What happens when a number of the account's is called. */
  number(number: string, own: OwnNumber): void
  /** Somebody calls: a number of the account's, or any other. */
  call(order: { readonly from: string; readonly to: string; readonly who: PhoneBehind }): SimCall
  behave(change: Partial<CarrierBehaviour>): void
  /** The fault that strikes the next request, if one does; counts it. */
  strike(): CarrierBehaviour['rest']
  /** Resolves once it is so; looked at after everything that happens. */
  until<Value>(found: () => Value | undefined | false): Promise<Value>
  /** Ends all calls at once, without telling anybody. */
  close(): void
}

const MOST_COMPLAINTS = 1_000
const MOST_EVENTS = 2_000

export function createCarrier(options: CarrierSimOptions): CarrierCore {
  const { clock, random, dialect } = options
  const twilio = dialect === 'twilio'
  const hex = (count: number) =>
    Array.from({ length: count }, () => Math.floor(random() * 16).toString(16)).join('')
  const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(12)}`
  const numbers = new Map(Object.entries(options.numbers ?? {}))
  const phones = new Map<string, PhoneBehind>()
  const complaints: string[] = []
  const looking = new Set<() => void>()
  const closing = new AbortController()
  // Every callback under way listens, and there may be hundreds.
  setMaxListeners(0, closing.signal)
  const authToken = options.authToken ?? hex(32)
  const partyOf = (who: PhoneBehind): Party => (typeof who === 'function' ? who() : createPersona(who, clock))

  const world: CarrierWorld = {
    options: {
      ...options,
      get numbers() {
        return Object.fromEntries(numbers)
      },
    },
    clock,
    random,
    dialect,
    account: options.account ?? (twilio ? `AC${hex(32)}` : uuid()),
    authToken,
    signingKey: options.signingKey ?? authToken,
    epochMs: options.epochMs ?? Date.now,
    fetch: options.fetch ?? ((...request) => fetch(...request)),
    connect: options.connect ?? connectSocket,
    speak: options.speak ?? speakNotes,
    behaviour: {
      now: {
        callbacks: { order: 'as-happened', delayMs: 0, times: 1 },
        rest: undefined,
        answeredBy: undefined,
      },
    },
    closing: closing.signal,
    partyAt: number =>
      partyOf(phones.get(number) ?? (ownAt(number) ? loop(number) : { kind: 'unreachable' })),
    newId: prefix => (twilio ? `${prefix}${hex(32)}` : uuid()),
    note(leg, kind, text) {
      const event = { atMs: clock.now(), kind, text }
      leg.events.push(event)
      if (leg.events.length > MOST_EVENTS) leg.events.shift()
      options.onEvent?.(leg, event)
      for (const look of [...looking]) look()
    },
    complain(sentence) {
      complaints.push(sentence)
      if (complaints.length > MOST_COMPLAINTS) complaints.shift()
    },
    asked: [],
  }
  const board = createSwitchboard(world)
  const programs: Programs = { world, board, rooms: new Map() }
  const rest = createRest(programs)

  function ownAt(number: string): boolean {
    return numbers.has(number)
  }

  /** A number of the account's that is dialled by the account is a phone that does not answer: no loop is simulated. */
  function loop(number: string): PhoneBehind {
    world.complain(`${number} belongs to the account; calls between its own numbers are not simulated`)
    return { kind: 'no-answer' }
  }

  function call({ from, to, who }: { from: string; to: string; who: PhoneBehind }): SimCall {
    const own = numbers.get(to)
    const party = partyOf(who)
    const leg: Leg = board.create({
      direction: 'inbound',
      from,
      to,
      party,
      instructions: {
        url: own?.voiceUrl,
        method: own?.voiceMethod,
        fallbackUrl: own?.fallbackUrl,
      },
      callbacks:
        own?.statusUrl === undefined
          ? undefined
          : { url: own.statusUrl, method: 'POST', events: ['initiated', 'ringing', 'answered', 'completed'] },
    })
    leg.startedAtMs = world.epochMs()
    leg.status = 'ringing'
    party.begin(
      board.lineOf(leg, () => {}),
      'dials',
    )
    world.note(leg, 'status', 'ringing')
    if (own === undefined) board.end(leg, 'failed', 404)
    else void runProgram(programs, leg, leg.instructions)
    return leg
  }

  return {
    account: world.account,
    authToken,
    signingKey: world.signingKey,
    get calls() {
      return [...board.legs.values()]
    },
    asked: world.asked,
    complaints,
    rest,
    phone: (number, who) => void (who === undefined ? phones.delete(number) : phones.set(number, who)),
    number: (number, own) => void numbers.set(number, own),
    call,
    behave(change) {
      world.behaviour.now = { ...world.behaviour.now, ...change }
    },
    strike() {
      const { rest: fault } = world.behaviour.now
      if (fault === undefined || fault.times === 0) return undefined
      if (fault.times !== undefined)
        world.behaviour.now = { ...world.behaviour.now, rest: { ...fault, times: fault.times - 1 } }
      return fault
    },
    async until(found) {
      const first = found()
      if (first !== undefined && first !== false) return first
      const value = await pending<NonNullable<ReturnType<typeof found>>>(closing.signal, done => {
        const look = () => {
          const seen = found()
          if (seen !== undefined && seen !== false) done(seen as NonNullable<typeof seen>)
        }
        looking.add(look)
        return () => looking.delete(look)
      })
      if (value === undefined || value === false) throw new Error('the carrier closed before it was so')
      return value
    },
    close() {
      closing.abort()
      for (const leg of board.legs.values()) board.end(leg, 'failed', 503)
    },
  }
}
