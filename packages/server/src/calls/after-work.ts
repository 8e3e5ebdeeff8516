/** Summaries, letters and leads after a call: by jobs, and by a sweep for those whose job was lost. */

import { lookup } from 'node:dns/promises'
import {
  type CallKey,
  type CallStore,
  createAfterCall,
  createLetterSender,
  createSigners,
  type JobQueue,
  readAfterPlan,
} from '@parley/calls'
import type { Recordings } from '@parley/platform'
import { phonePlanOf } from '../gateway/phone-plan-of.js'
import type { CallMetrics } from '../metrics/call-metrics.js'
import type { CallsOptions } from './calls-options.js'
import { forgetOldCalls } from './forget-old-calls.js'
import { supabaseLeads } from './supabase-leads.js'

const LETTERS_EVERY_MS = 2_000
const TIDY_EVERY_MS = 3_600_000
/** Calls whose work is still to be done, looked up at once. */
const MOST_AT_ONCE = 100

export interface AfterWorkParts {
  readonly options: CallsOptions
  readonly store: CallStore
  readonly queue: JobQueue
  readonly recordings: Pick<Recordings, 'finish'>
  readonly metrics: Pick<CallMetrics, 'finished' | 'letter'>
}

export interface AfterWork {
  start(): void
  /** Nothing new is begun. */
  stop(): void
}

/** @throws ParleyError `bad_config` */
export function createAfterWork({ options, store, queue, recordings, metrics }: AfterWorkParts): AfterWork {
  const { config, clock, log, agents, epochMs, shelf, store: sessions } = options
  const leads = supabaseLeads(config)
  const planOf = (name: string) => {
    const agent = agents.agents.find(({ agent: known }) => known === name)
    return agent === undefined ? undefined : readAfterPlan(phonePlanOf(agent).after).plan
  }
  const afterCall = createAfterCall({
    ...{ callStore: store, sessions, planOf, clock, epochMs },
    ...(leads === undefined ? {} : { leadTargetOf: leads.leadTargetOf }),
    modelOf: name => options.modelOf(name),
    tell(news) {
      if (news.kind === 'finished') metrics.finished(news.by)
      else
        log.warn({ err: news.error, call: news.call.id, again: news.again }, 'a call could not be summed up')
    },
  })
  const sender = createLetterSender({
    ...{ callStore: store, fetch, clock, epochMs, random: options.random },
    ...(leads === undefined ? {} : { applyLead: leads.applyLead }),
    resolve: async host => (await lookup(host, { all: true })).map(({ address }) => address),
    signerOf: createSigners({ planOf, secretOf: options.secretOf }),
    tell(news) {
      metrics.letter(news.letter, news.kind)
      if (news.kind === 'dead')
        log.error({ ...news }, 'a letter cannot be delivered; it is kept as a dead letter')
    },
  })
  const over = new AbortController()
  let stopTimer = () => {}
  let tidiedAtMs = Number.NEGATIVE_INFINITY

  async function finish(key: CallKey, signal: AbortSignal): Promise<void> {
    const result = await afterCall.run(key, signal)
    if (result.kind === 'later') return queue.add({ kind: 'after', ...key, atMs: result.atMs })
    if (result.kind === 'gone') return
    await recordings.finish(key)
  }

  async function look(): Promise<void> {
    try {
      for (const key of await store.unfinishedAfterCalls(MOST_AT_ONCE))
        await queue.add({ kind: 'after', id: key.id, tenant: key.tenant })
      await sender.run(over.signal)
      await tidy()
    } catch (err) {
      log.warn({ err }, 'what is to be done after calls was not looked at')
    }
    if (!over.signal.aborted) stopTimer = clock.after(LETTERS_EVERY_MS, () => void look())
  }

  async function tidy(): Promise<void> {
    const { callRetentionMs } = config
    if (callRetentionMs === undefined || clock.now() - tidiedAtMs < TIDY_EVERY_MS) return
    tidiedAtMs = clock.now()
    const beforeMs = epochMs() - callRetentionMs
    const dropped = await forgetOldCalls({ store, recordings: shelf, beforeMs, signal: over.signal })
    if (dropped > 0) log.info({ dropped }, 'old calls were forgotten')
  }

  return {
    start() {
      queue.work('after', ({ id, tenant }, signal) => finish({ id, tenant } as CallKey, signal), {
        concurrency: 4,
      })
      void look()
    },
    stop() {
      over.abort()
      stopTimer()
    },
  }
}
