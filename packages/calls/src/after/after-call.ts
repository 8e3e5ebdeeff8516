/**
 * What is done with a call once it is over: transcript → summary and outcome → lead and letters. Nothing is written before the
 * last step, which writes all of it at once and once; so a process may die anywhere and another begins again.
 */

import { type Clock, type LanguageModel, ParleyError } from '@parley/core'
import type { Store } from '@parley/platform'
import { type CallKey, type CallOutcome, finalStatuses } from '../call.js'
import type { CallDetail, CallStore, FinishedCall } from '../store/call-store.js'
import { type AfterPlan, defaultAfterPlan } from './after-plan.js'
import { extract } from './extract.js'
import { leadRuleFor } from './lead-status.js'
import { callStatistics, type Prosody, statisticsAsJson } from './statistics.js'
import { type ModelUsage, summarise } from './summarise.js'
import type { Summary } from './summary.js'
import { type CallTranscript, readTranscript } from './transcript.js'
import { transcriptText } from './transcript-text.js'
import { LETTER_TRANSCRIPT, writeLetters } from './write-letters.js'

export type AfterCallStore = Pick<
  CallStore,
  'readCall' | 'readEvents' | 'readOutcome' | 'finish' | 'setDoNotCall'
>

export interface AfterCallOptions {
  readonly callStore: AfterCallStore
  readonly sessions: Pick<Store, 'readSession' | 'readEvents'>
  /** Undefined for an agent that is not known (any more), or says nothing of it. */
  planOf(agent: string): AfterPlan | undefined
  /** The model that the plan of the agent names; undefined: the extract. */
  modelOf(agent: string): LanguageModel | undefined
  readonly clock: Clock
  readonly epochMs: () => number
  /** Told of what was done, for logs and metrics; never of what was said. */
  tell?(news: AfterNews): void
  /** A model was paid, also for what came to nothing. */
  spent?(call: CallKey, usage: ModelUsage): void
  /** Measured of the caller's sound, where a recorder did. */
  prosodyOf?(call: CallDetail): Promise<Prosody | undefined>
  /** Where leads of a tenant live when not in this store; the outbox then carries the change there. */
  leadTargetOf?(tenant: string): string | undefined
  /** How long sessions may stay without an end after the call's: a node that died writes none. Default 60,000 ms. */
  readonly graceMs?: number
  /** How long a model that may recover is waited for, from the end of the call. Default 600,000 ms. */
  readonly patienceMs?: number
  /** Called before each step; a test dies there. */
  at?(step: AfterStep): Promise<void> | void
}

export const afterSteps = ['read', 'transcript', 'summary', 'finish', 'finished'] as const
export type AfterStep = (typeof afterSteps)[number]

export type AfterNews =
  | {
      readonly kind: 'finished'
      readonly call: CallKey
      readonly by: string
      readonly problems: number
      readonly tookMs: number
    }
  | {
      readonly kind: 'model-failed'
      readonly call: CallKey
      readonly error: ParleyError
      readonly again: boolean
    }

export type AfterResult =
  /** Done now, or before, or by another node. */
  | { readonly kind: 'done' }
  /** No such call, or another tenant's. */
  | { readonly kind: 'gone' }
  /** Look again at that time, epoch ms. */
  | { readonly kind: 'later'; readonly atMs: number; readonly why: 'not-over' | 'session-open' | 'model' }

export interface AfterCall {
  /**
   * Does what is left to do of a call; any number of times, on any node, also at once.
   * @throws ParleyError `store_…`: nothing was done, the same again is right
   */
  run(key: CallKey, signal: AbortSignal): Promise<AfterResult>
}

const LOOK_AGAIN_MS = 5_000
const MODEL_AGAIN_MS = 30_000

export function createAfterCall(options: AfterCallOptions): AfterCall {
  return { run: (key, signal) => run(options, key, signal) }
}

async function run(options: AfterCallOptions, key: CallKey, signal: AbortSignal): Promise<AfterResult> {
  const { callStore, clock, epochMs, graceMs = 60_000, tell } = options
  const beganMs = clock.now()
  await options.at?.('read')
  const call = await callStore.readCall(key)
  if (call === undefined) return { kind: 'gone' }
  if (!finalStatuses.includes(call.status)) return later(options, 'not-over')
  if ((await callStore.readOutcome(key)) !== undefined) return { kind: 'done' }

  await options.at?.('transcript')
  const transcript = await readTranscript(options, call)
  const over = epochMs() - (call.endedAtMs ?? call.createdAtMs)
  const open = transcript.sessions.some(({ endedAtMs }) => endedAtMs === undefined)
  if (open && over < graceMs) return later(options, 'session-open')

  await options.at?.('summary')
  const plan = options.planOf(call.agent)
  const made = await make(options, { call, plan: plan ?? defaultAfterPlan, transcript }, signal)
  if (made === 'later') return later(options, 'model')
  const problems = [
    ...made.problems,
    ...(plan === undefined ? [`there is no plan for the agent "${call.agent}"`] : []),
    ...(open ? ['a session has no end: the node that held it died'] : []),
    ...(transcript.truncated ? ['the call is longer than what was read of it'] : []),
  ]
  const finished = await finishedCall(options, {
    call,
    plan: plan ?? defaultAfterPlan,
    transcript,
    made: { ...made, problems },
  })

  await options.at?.('finish')
  const first = await callStore.finish(finished)
  await options.at?.('finished')
  if (first)
    tell?.({
      kind: 'finished',
      call: key,
      by: made.by,
      problems: problems.length,
      tookMs: clock.now() - beganMs,
    })
  return { kind: 'done' }
}

function later({ epochMs }: AfterCallOptions, why: 'not-over' | 'session-open' | 'model'): AfterResult {
  return { kind: 'later', atMs: epochMs() + (why === 'model' ? MODEL_AGAIN_MS : LOOK_AGAIN_MS), why }
}

interface Making {
  readonly call: CallDetail
  readonly plan: AfterPlan
  readonly transcript: CallTranscript
}

/** By the model where there is one and something was said; by rules otherwise, or when the model fails for good. */
async function make(
  options: AfterCallOptions,
  making: Making,
  signal: AbortSignal,
): Promise<Summary | 'later'> {
  const { call, plan, transcript } = making
  const { clock, epochMs, patienceMs = 600_000 } = options
  const language = languageOf(making)
  const statistics = callStatistics(transcript)
  const byRules = () => extract({ call, plan, transcript, statistics, language })
  const said = transcript.lines.some(({ who }) => who === 'caller')
  const model = said ? options.modelOf(call.agent) : undefined
  if (model === undefined) return byRules()
  const spent = (usage: ModelUsage) => options.spent?.({ tenant: call.tenant, id: call.id }, usage)
  try {
    return await summarise({ model, clock, spent }, { call, plan, transcript, language }, signal)
  } catch (thrown) {
    const error = ParleyError.from(thrown, 'engine_failed')
    const waited = epochMs() - (call.endedAtMs ?? call.createdAtMs)
    const again = signal.aborted || (error.retryable && waited < patienceMs)
    options.tell?.({ kind: 'model-failed', call: { tenant: call.tenant, id: call.id }, error, again })
    if (again) return 'later'
    const summary = byRules()
    return {
      ...summary,
      problems: [`the model failed (${error.code}); this is the extract`, ...summary.problems],
    }
  }
}

async function finishedCall(
  options: AfterCallOptions,
  { call, plan, transcript, made }: Making & { readonly made: Summary },
): Promise<FinishedCall> {
  const { tenant, id } = call
  const atMs = options.epochMs()
  const statistics = callStatistics(transcript, await options.prosodyOf?.(call))
  const outcome: CallOutcome = {
    call: id,
    tenant,
    ...made,
    statistics: statisticsAsJson(statistics),
    madeAtMs: atMs,
  }
  const rule = leadRuleFor(plan.leadStatus, call, made.result)
  if (rule?.doNotCall === true) {
    const phone = call.direction === 'outbound' ? call.to : call.from
    // Before the last step, and again after a crash: the same entry again changes nothing.
    if (phone !== '')
      await options.callStore.setDoNotCall({
        tenant,
        phone,
        on: true,
        reason: `call ${id}: ${rule.is}`,
        atMs,
      })
  }
  const lead =
    call.lead === undefined || rule === undefined
      ? undefined
      : { id: call.lead, status: rule.is, fields: fieldsOf(made.result) }
  const letters = writeLetters({
    call,
    outcome,
    plan,
    lead,
    leadTarget: options.leadTargetOf?.(tenant),
    transcript: plan.webhooks.some(webhook => webhook.transcript)
      ? transcriptText(transcript, { maxChars: LETTER_TRANSCRIPT })
      : '',
    atMs,
  })
  return { outcome, ...(lead === undefined ? {} : { lead }), letters }
}

function fieldsOf(result: Summary['result']): NonNullable<FinishedCall['lead']>['fields'] {
  return typeof result === 'object' && result !== null && !Array.isArray(result)
    ? (result as NonNullable<FinishedCall['lead']>['fields'])
    : {}
}

function languageOf({ call, plan, transcript }: Making): string {
  return plan.language ?? transcript.sessions.at(-1)?.language ?? call.language ?? 'en'
}
