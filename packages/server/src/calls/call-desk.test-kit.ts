/** A desk of calls over a real store and real tickets; carriers and conversations are made up. */

import {
  type AttemptId,
  type CallId,
  type CallStep,
  type Carrier,
  type CarrierNews,
  callOver,
  createCallStore,
  createSqlStreamTickets,
  usualPhonePlan,
} from '@parley/calls'
import {
  type CloseReason,
  type Ids,
  type Inbox,
  ParleyError,
  type Session,
  type SessionId,
  type SessionSnapshot,
  systemClock,
  type Tap,
  type Transport,
} from '@parley/core'
import type { Agent } from '@parley/engines'
import { createMemoryResumeShelf, createResumeRegistry } from '@parley/platform'
import { VirtualClock } from '@parley/sim'
import type { PhoneOpenRequest } from '@parley/transports'
import { pino } from 'pino'
import type { CallDatabase } from '../../../calls/dist/store/call-database.test-kit.js'
import { catalogueOf } from '../gateway/agent-catalogue.js'
import type { CallOpening, OpenedCall } from '../gateway/desk-contract.js'
import { callAddresses } from './call-addresses.js'
import { createCallDesk } from './call-desk.js'
import { createCallWorld } from './call-world.js'
import type { CarrierEvent } from './carrier-host.js'

export const own = '+15550000001'
export const sales = '+15550000002'

export interface TalkSeen {
  readonly id: SessionId
  readonly goesOn: boolean
  /** What its agent was told, and asked. */
  readonly told: string[]
  readonly reason: CloseReason | undefined
  end(reason: CloseReason): void
}

let count = 0
const ids: Ids = { next: prefix => `${prefix}_${++count}` }

export const plan = {
  ...usualPhonePlan,
  transfers: { sales: { to: sales, kind: 'warm' as const, ringSeconds: 25 } },
  // biome-ignore lint/suspicious/noThenProperty: it is data of a plan, nobody awaits it.
  machine: { listen: 'both' as const, then: 'leave-message' as const, message: 'Call us back.' },
}

export function agentOf(name: string, more: object = {}): Agent {
  const agent = {
    agent: name,
    language: 'en',
    phone: plan,
    greeting: { say: ['Hi.'] },
    turns: { bargeIn: 'any' },
    live: [],
    ...more,
  }
  return agent as unknown as Agent
}

export function openDesk(database: CallDatabase, documents = true) {
  const clock = new VirtualClock()
  const epochMs = () => 1_750_000_000_000 + clock.now()
  const agents = [agentOf('desk')]
  const catalogue = catalogueOf(agents)
  const db = database.store.database
  const store = createCallStore({ database: db, clock: systemClock, epochMs })
  const faults = new Set<string>()
  const talks: TalkSeen[] = []
  const didAtCarrier: unknown[] = []
  const over: CallId[] = []
  const ended: SessionId[] = []
  /** Done while a conversation opens. */
  const opening = { async meanwhile(_: TalkSeen, __: CallOpening): Promise<void> {} }
  const carrier = {
    name: 'twilio',
    can: { documents, sendsDigits: true, detectsMachines: true },
    hangUp: async (call: string) => void didAtCarrier.push({ hangUp: call }),
    redirect: async (_: string, steps: readonly CallStep[]) => void didAtCarrier.push(steps),
  } as unknown as Carrier
  const registry = createResumeRegistry({
    shelf: createMemoryResumeShelf(clock),
    node: 'here',
    clock,
    taken: session => desk.taken(session),
    warn: () => {},
  })

  async function openCall(given: CallOpening): Promise<OpenedCall> {
    const id = given.goesOnFrom?.session ?? (ids.next('ses') as SessionId)
    const told: string[] = []
    const taps: readonly Tap[] = given.taps
    let reason: CloseReason | undefined
    const talk: TalkSeen = {
      id,
      told,
      goesOn: given.goesOnFrom !== undefined,
      get reason() {
        return reason
      },
      end(why) {
        if (reason !== undefined) return
        reason = why
        for (const tap of taps) tap.event?.({ kind: 'session-ended', reason: why } as never)
      },
    }
    const inbox = {
      text: (text: string) => told.push(`keys ${text}`),
      dtmf: () => {},
      interrupt: () => told.push('interrupt'),
      steering: {
        remember: ({ text }: { text: string }) => told.push(text),
        answer: () => told.push('answer'),
        configure: () => told.push('hush'),
      },
    } as unknown as Inbox
    const snapshot = { session: id, language: 'en', atMs: 0, history: [] } as SessionSnapshot
    const session = {
      id,
      get ending() {
        return reason === undefined ? undefined : Promise.resolve()
      },
      end: async (why: CloseReason) => talk.end(why),
      attach: (leg: Transport) => leg.open(inbox),
      async handOver() {
        talk.end('handed-over')
        return snapshot
      },
    } as unknown as Session
    talks.push(talk)
    given.transport.open(inbox)
    given.snapshots?.(snapshot)
    await opening.meanwhile(talk, given)
    return { session: id, resumed: false, held: session } as unknown as OpenedCall
  }

  const world = createCallWorld({
    outlives: true,
    ...{ registry, clock, epochMs, ids },
    store: {
      ...store,
      addEvent: async event => {
        if (faults.has(event.kind)) throw new ParleyError('store_unavailable')
        return store.addEvent(event)
      },
      joinSession: async (...what) => {
        if (faults.has('join')) throw new ParleyError('store_unavailable')
        return store.joinSession(...what)
      },
    },
    tickets: createSqlStreamTickets({ database: db, clock: systemClock, epochMs }),
    carriers: new Map([['twilio', carrier]]),
    addresses: callAddresses(() => 'https://phone.example'),
    decide: () => callOver('completed'),
    log: pino({ level: 'silent' }),
  })
  const desk = createCallDesk({
    world,
    sessions: { openCall, endHandedOver: id => void ended.push(id) },
    agents: { ...catalogue, choose: (name, language) => catalogueOf(agents).choose(name, language) },
    numbers: {
      answers: () => ({ tenant: 'acme', record: false }),
      tenant: () => ({}),
      callerId: () => own,
      all: [],
      agents: [],
    },
    language: 'en',
    around: {
      began() {},
      attemptEnded() {},
      of: () => ({ taps: async () => [], wrap: engine => engine, failed() {} }),
    },
    async told({ call }) {
      over.push(call.id)
    },
  })

  const carrierCall = `CA${ids.next('tok')}`
  let news = 0
  const event = (more: Partial<CarrierNews> = {}, attempt?: AttemptId): CarrierEvent => ({
    carrier,
    news: { carrierCall, from: '+15550009999', to: own, id: `news-${carrierCall}-${++news}`, ...more },
    ...(attempt === undefined ? {} : { attempt }),
    query: {},
    atMs: epochMs(),
    signal: new AbortController().signal,
  })

  /** The stream that these steps order, with a leg that does nothing. */
  async function stream(steps?: readonly CallStep[]) {
    const ordered = steps?.find(({ step }) => step === 'stream')
    const token = ordered?.step === 'stream' ? ordered.parameters.token : undefined
    const identity = steps === undefined ? undefined : await desk.identifyTicket(token)
    const leg = { sendDigits: () => true }
    const transport = { open() {}, close() {}, outputRate: 8_000 }
    const request = {
      hello: {},
      principal: identity?.principal ?? { tenant: 'acme', subject: 'ana' },
      transport,
      signal: new AbortController().signal,
      phone: {
        ...{ dialect: 'twilio', streamSid: ids.next('tok'), callSid: carrierCall, parameters: {}, leg },
        ...(identity?.ticket === undefined ? {} : { ticket: identity.ticket }),
      },
    } as unknown as PhoneOpenRequest
    return desk.open(request)
  }

  /** The call as it stands, with its events' kinds. */
  async function known() {
    const { calls } = await store.listCalls({ tenant: 'acme', limit: 200 })
    for (const { id, tenant } of calls) {
      const call = await store.readCall({ id, tenant })
      const mine = call?.legs[0]?.carrierCall
      if (call === undefined || (mine !== carrierCall && !mine?.startsWith(`${carrierCall}/`))) continue
      const events = await store.readEvents({ tenant, call: id, afterSeq: 0 })
      return { call, attempt: call.legs[0]?.id as AttemptId, kinds: events.map(({ kind }) => kind), events }
    }
    throw new Error('The call is unknown.')
  }

  return {
    desk,
    store,
    clock,
    agents,
    faults,
    talks,
    opening,
    over,
    ended,
    didAtCarrier,
    event,
    stream,
    known,
  }
}
