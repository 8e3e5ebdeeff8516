/**
 * Answers what carriers ask. Nothing is taken by asking: the same question gives the same steps again, for a carrier that did
 * not get the answer, on whichever node. What an event says is folded in first, so that a call is found by its address
 * however early it asks.
 */

import type { AttemptId, Call, CallAttempt, CallId, CallStep, Told } from '@parley/calls'
import type { CloseReason } from '@parley/core'
import type { Agent } from '@parley/engines'
import type { AgentCatalogue } from '../gateway/agent-catalogue.js'
import { phonePlanOf } from '../gateway/phone-plan-of.js'
import type { CallAround } from './call-around.js'
import { saysTexts } from './call-brief.js'
import { type CallEnds, isOver } from './call-ends.js'
import { apology, hangUp, holdSteps, streamSteps, usualWhisper, whisperSteps } from './call-steps.js'
import type { CallWorld } from './call-world.js'
import type { CarrierEvent, CarrierHost } from './carrier-host.js'
import type { HeldCalls } from './held-calls.js'
import type { PhoneNumbers } from './phone-numbers.js'

export interface CarrierDeskParts {
  readonly world: CallWorld
  readonly ends: CallEnds
  readonly held: HeldCalls
  readonly agents: AgentCatalogue
  readonly numbers: PhoneNumbers
  /** BCP 47, of calls that do not say. */
  readonly language: string
  readonly around: CallAround
}

type Steps = readonly CallStep[]

/** A call whose stream falls so often in a minute is not to be saved. */
const MOST_FALLS = 10
const MINUTE_MS = 60_000
/** Ends of a conversation that neither side wanted. */
const oursToAnswerFor: readonly string[] = ['error', 'draining', 'protocol'] satisfies CloseReason[]

export function createCarrierDesk(parts: CarrierDeskParts): CarrierHost {
  const { world, ends, held, agents, numbers, around } = parts
  const { store, tickets, addresses, ids, log } = world

  const agentOf = (call: Call) => agents.choose(call.agent, call.language)

  /** Undefined where there is nothing left to do but to hang up. */
  async function underWay(event: CarrierEvent): Promise<Told | undefined> {
    const told = await ends.fold(event)
    return told === undefined || isOver(told.call) || told.attempt.state === 'ended' ? undefined : told
  }

  async function stream(call: Call, attempt: CallAttempt, falls = 0): Promise<Steps> {
    const { tenant, agent, language } = call
    const resumes = attempt.sessions.at(-1)
    const token = await tickets.issue({
      tenant,
      call: call.id,
      attempt: attempt.id,
      carrier: attempt.carrier,
      carrierCall: attempt.carrierCall ?? '',
      agent,
      ...(language === undefined ? {} : { language }),
      ...(resumes === undefined ? {} : { resumes }),
    })
    const { documents } = world.carrier(attempt.carrier).can
    const steps = streamSteps({ attempt, token, addresses, documents, waits: falls > 1 })
    return resumes === undefined ? [...consentOf(agentOf(call)), ...steps] : steps
  }

  /** By the carrier's voice, where the agent's says no text of ours. */
  function consentOf(agent: Agent): Steps {
    const { consent } = phonePlanOf(agent)
    if (consent === undefined || saysTexts(agent)) return []
    return [{ step: 'say', text: consent, language: agent.language }]
  }

  async function incoming({ news, carrier, atMs }: CarrierEvent): Promise<Steps> {
    const { tenant, agent, language, record } = numbers.answers(news.to ?? '')
    const chosen = agents.choose(agent, language ?? parts.language)
    const { call, attempt, known } = await store.takeCall({
      id: ids.next('call') as CallId,
      attempt: ids.next('att') as AttemptId,
      tenant,
      carrier: carrier.name,
      carrierCall: news.carrierCall,
      from: news.from ?? '',
      to: news.to ?? '',
      agent: chosen.agent,
      ...(language === undefined ? {} : { language }),
      record: record || phonePlanOf(chosen).record,
      atMs,
    })
    if (!known) around.began(call)
    if (isOver(call) || attempt.state === 'ended') return hangUp
    return known ? goOn(call, attempt, atMs) : stream(call, attempt)
  }

  async function answered(event: CarrierEvent): Promise<Steps> {
    const told = await underWay(event)
    if (told === undefined) return hangUp
    const { machine } = phonePlanOf(agentOf(told.call))
    const who = event.news.answeredBy
    if (who === 'fax' || (who === 'machine' && machine.then === 'hang-up')) return hangUp
    return goOn(told.call, told.attempt, event.atMs)
  }

  /** The stream is over: a transfer that was ordered, a talk that ended, or a node that died. */
  async function streamOver(event: CarrierEvent): Promise<Steps> {
    const told = await underWay(event)
    if (told === undefined) return hangUp
    const { order } = await world.past(told.call)
    return order?.waits ? order.steps : goOn(told.call, told.attempt, event.atMs, 'fell')
  }

  /** The conversation: a new one, or the one that there was. */
  async function goOn(call: Call, attempt: CallAttempt, atMs: number, why?: 'fell'): Promise<Steps> {
    const { over, fellAtMs } = await world.past(call)
    const last = attempt.sessions.at(-1)
    if (over !== undefined && oursToAnswerFor.includes(over)) return apology(agentOf(call).language)
    if (over !== undefined || (last !== undefined && held.hasEnded(last))) return hangUp
    // Throws where there is no such agent any more: the caller hears that something is wrong.
    const { language } = agentOf(call)
    const falls = fellAtMs.filter(at => atMs - at < MINUTE_MS).length
    if (falls >= MOST_FALLS) return apology(language)
    if (why === 'fell') await world.note(call, 'stream-fell', {})
    return stream(call, attempt, falls)
  }

  async function dialled(event: CarrierEvent): Promise<Steps> {
    const told = await underWay({ ...event, news: { ...event.news, id: `${event.news.id}-dialled` } })
    if (told === undefined) return hangUp
    const { call, attempt } = told
    const { order } = await world.past(call)
    const status = event.news.dialled?.status ?? 'failed'
    // Whoever was asked and did not take the call had answered it all the same.
    const joined = status === 'completed' && order?.refused !== true
    await world.note(call, 'transferred', { status: status === 'completed' && !joined ? 'refused' : status })
    return joined ? hangUp : goOn(call, attempt, event.atMs)
  }

  /** The carrier's call here is that of the other side: only the address says whose it is. */
  async function otherSideOf(event: CarrierEvent): Promise<Call | undefined> {
    const found = event.attempt === undefined ? undefined : await store.findAttempt(event.attempt)
    return found === undefined || isOver(found.call) ? undefined : found.call
  }

  async function whisper(event: CarrierEvent): Promise<Steps> {
    const call = await otherSideOf(event)
    if (call === undefined || event.attempt === undefined) return hangUp
    const { order } = await world.past(call)
    const agent = agentOf(call)
    const language = call.language ?? agent.language
    const { transfer = '', about = '' } = order ?? {}
    const words = phonePlanOf(agent).transfers[transfer]?.whisper?.replaceAll('{about}', () => about)
    const thenUrl = addresses.of(event.carrier.name, 'digits', event.attempt)
    await world.note(call, 'whispered', {})
    return whisperSteps(words ?? usualWhisper(language, about), language, thenUrl)
  }

  /** Any key takes the call: nothing more to do joins both. Without one the other side is let go. */
  async function digits(event: CarrierEvent): Promise<Steps> {
    if (event.news.digits === undefined || event.news.digits === '') return hangUp
    const call = await otherSideOf(event)
    if (call === undefined) return hangUp
    await world.note(call, 'transfer-taken', {})
    return []
  }

  async function hold(event: CarrierEvent): Promise<Steps> {
    const told = await underWay(event)
    if (told === undefined) return hangUp
    const { call, attempt } = told
    const plan = phonePlanOf(agentOf(call))
    return holdSteps(plan.hold?.play, addresses.of(attempt.carrier, 'hold', attempt.id))
  }

  return {
    ...{ incoming, answered, streamOver, dialled, whisper, digits, hold },
    async status(event) {
      await ends.fold(event)
    },
    async machine(event) {
      const told = await ends.fold(event)
      const live = told && held.get(told.call.id)?.live
      const { answeredBy, machine } = event.news
      if (live === undefined || live.plan.machine.listen === 'off' || live.plan.machine.listen === 'ours')
        return
      if (answeredBy !== undefined && answeredBy !== 'unknown') live.answeredBy(answeredBy)
      if (machine === 'end') live.greetingOver()
    },
    async stream({ news, attempt }) {
      if (news.fault !== undefined) log.warn({ attempt, ...news.fault }, 'the carrier could not stream')
    },
  }
}
