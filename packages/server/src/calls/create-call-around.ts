/** Puts around each call what its plan and the settings ask for: an ear for machines, budgets, a recording, metrics. */

import type { VoiceActivity } from '@parley/audio'
import {
  type BudgetGuard,
  budgetedEngine,
  type CallStore,
  type CarrierPrices,
  carrierMicros,
  createBudgetGuard,
  createMachineTap,
  createTurnEstimate,
  type MachineNews,
  type TurnEstimate,
} from '@parley/calls'
import type { Clock, Engine, Ids, Tap } from '@parley/core'
import type { Agent, PriceList } from '@parley/engines'
import type { Config } from '../config/settings.js'
import type { AgentCatalogue } from '../gateway/agent-catalogue.js'
import type { Log } from '../log/log.js'
import type { CallMetrics } from '../metrics/call-metrics.js'
import type { CallAround, Surroundings } from './call-around.js'
import type { CallRecordings } from './call-recordings.js'
import type { LiveCall } from './live-call.js'
import type { PhoneNumbers } from './phone-numbers.js'

export interface CallAroundParts {
  readonly config: Pick<Config, 'budgetPerCall' | 'budgetPerTenantDay' | 'budgetPerDay'>
  readonly agents: AgentCatalogue
  readonly numbers: PhoneNumbers
  readonly store: Pick<CallStore, 'reserve' | 'settle' | 'addCost'>
  readonly prices: PriceList | undefined
  readonly carrierPrices: CarrierPrices
  readonly activity: VoiceActivity
  readonly metrics: CallMetrics
  readonly recordings: CallRecordings | undefined
  readonly clock: Clock
  readonly epochMs: () => number
  readonly ids: Ids
  readonly log: Log
}

const DAY_MS = 86_400_000
const MICROS = 1_000_000
/** Most that is remembered of attempts whose end was told. */
const MOST_ENDED = 10_000
/** What a turn is taken to cost before any of the agent has: a long prompt and a minute of speech. */
const FIRST_TURN = { inputTokens: 8_000, outputTokens: 300, characters: 900 }

export function createCallAround(parts: CallAroundParts): CallAround {
  const { metrics } = parts
  const ended = new Set<string>()
  const estimates = new Map<string, TurnEstimate>()

  function estimateOf(agent: Agent): TurnEstimate {
    const known = estimates.get(agent.agent)
    if (known !== undefined) return known
    const made = createTurnEstimate(turnMicros(parts.prices, agent, FIRST_TURN))
    estimates.set(agent.agent, made)
    return made
  }

  function guardOf(live: LiveCall, agent: Agent): BudgetGuard | undefined {
    const limits = limitsOf(parts, live)
    if (Object.keys(limits).length === 0 && parts.prices === undefined) return undefined
    const { call, attempt } = live
    const beganAtMs = parts.epochMs()
    const carrierNow = (seconds: number): number =>
      carrierMicros(
        parts.carrierPrices,
        {
          carrier: attempt.carrier,
          direction: call.direction,
          number: call.direction === 'inbound' ? call.from : call.to,
          streams: true,
          detectsMachines: live.plan.machine.listen === 'carrier' || live.plan.machine.listen === 'both',
        },
        seconds,
      ) ?? 0
    return createBudgetGuard({
      callStore: parts.store,
      call,
      limits,
      estimate: estimateOf(agent),
      carrierMicros: () => carrierNow((parts.epochMs() - beganAtMs) / 1000),
      carrierStepMicros: carrierNow(61) - carrierNow(1),
      now: parts.epochMs,
      dayFromMs: () => Math.floor(parts.epochMs() / DAY_MS) * DAY_MS,
      nextId: () => parts.ids.next('rsv'),
      onProblem: err =>
        parts.log.warn({ err, call: call.id }, 'a budget could not be kept; the turn is refused'),
    })
  }

  function of(live: LiveCall): Surroundings {
    const { call, plan } = live
    const agent = parts.agents.choose(call.agent, call.language)
    const guard = guardOf(live, agent)
    return {
      async taps(goesOn) {
        const recording = call.record ? await parts.recordings?.tap(call, () => live.rttMs, agent) : undefined
        return [goesOn ? undefined : machineTap(live), recording, guard && closing(guard)].filter(
          tap => tap !== undefined,
        )
      },
      wrap(engine: Engine) {
        if (guard === undefined) return engine
        return budgetedEngine({
          engine,
          guard,
          closing: plan.budget.closing ?? usualClosing(agent.language),
          priceOf: used => turnMicros(parts.prices, agent, used),
        })
      },
      failed: () => void guard?.close(),
    }
  }

  function machineTap(live: LiveCall): Tap | undefined {
    const { machine } = live.plan
    if (live.call.direction === 'inbound' || machine.listen === 'off' || machine.listen === 'carrier')
      return undefined
    return createMachineTap({ activity: parts.activity, onNews: news => heard(live, news) })
  }

  function heard(live: LiveCall, news: MachineNews): void {
    if (news.kind === 'verdict') {
      metrics.machine(news.answeredBy)
      if (news.answeredBy !== 'unknown') live.heard(news.answeredBy)
    } else if (news.kind === 'greeting-end') live.greetingOver()
  }

  return {
    began: call => metrics.began(call.direction),
    attemptEnded(_, { id, status = 'failed', durationSeconds, answeredAtMs, endedAtMs }) {
      if (ended.has(id)) return
      if (ended.size >= MOST_ENDED) ended.clear()
      ended.add(id)
      const talked =
        answeredAtMs === undefined || endedAtMs === undefined ? undefined : (endedAtMs - answeredAtMs) / 1000
      metrics.ended(status, durationSeconds ?? talked)
    },
    of,
  }
}

function limitsOf({ config, numbers }: CallAroundParts, { call, plan }: LiveCall) {
  const perCall = plan.budget.perCall ?? config.budgetPerCall
  const perDay = numbers.tenant(call.tenant).budgetPerDay ?? config.budgetPerTenantDay
  return {
    ...(perCall === undefined ? {} : { perCallMicros: Math.round(perCall * MICROS) }),
    ...(perDay === undefined ? {} : { perTenantDayMicros: Math.round(perDay * MICROS) }),
    ...(config.budgetPerDay === undefined ? {} : { perDayMicros: Math.round(config.budgetPerDay * MICROS) }),
  }
}

interface TurnUse {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly characters: number
}

/** By the first provider of each slot; what has no price costs nothing. */
function turnMicros(prices: PriceList | undefined, agent: Agent, used: TurnUse): number {
  if (prices === undefined) return 0
  const { inputTokens, outputTokens, characters } = used
  const tokens = { inputTokens, outputTokens }
  const costs = [
    ['llm', agent.llm, tokens],
    ['realtime', agent.realtime, tokens],
    ['tts', agent.tts, { characters }],
  ] as const
  const sum = costs.reduce((all, [slot, [first], what]) => {
    if (first === undefined) return all
    const { model } = first.options
    const named = typeof model === 'string' ? model : undefined
    return all + (prices.cost({ slot, provider: first.provider, model: named }, what) ?? 0)
  }, 0)
  return Math.ceil(sum * MICROS)
}

function closing(guard: BudgetGuard): Tap {
  return {
    name: 'budget',
    event(event) {
      if (event.kind === 'session-ended') void guard.close()
    },
  }
}

function usualClosing(language: string): string {
  return language.startsWith('es')
    ? 'Lo siento, tengo que terminar la llamada aquí. Adiós.'
    : 'I am sorry, I have to end this call here. Goodbye.'
}
