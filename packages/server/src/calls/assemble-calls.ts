/**
 * Phone calls of a gateway, put together: store, queue, carriers, the desk, what is done after a call. Made once, started
 * when the gateway listens, and stopped before its conversations are: no call is dialled by a node that leaves.
 */

import { lookup } from 'node:dns/promises'
import { readFile } from 'node:fs/promises'
import type { Opus, Resampling, VoiceActivity } from '@parley/audio'
import {
  type AttemptId,
  type CallKey,
  type CallStore,
  type Carrier,
  type CarrierName,
  type CarrierPrices,
  createAfterCall,
  createCallStore,
  createCallWorker,
  createLetterSender,
  createPostgrestLeadBook,
  createSigners,
  createSqlStreamTickets,
  createTwilioCarrier,
  type JobQueue,
  openJobQueue,
  parseCarrierPrices,
  readAfterPlan,
  readLeadLetter,
  readSupabase,
} from '@parley/calls'
import { type Ids, type LanguageModel, ParleyError, type SecretOf } from '@parley/core'
import { type Agent, type PriceList, parsePriceList } from '@parley/engines'
import {
  createRedisResumeShelf,
  createResumeRegistry,
  createSqlResumeShelf,
  openRecordings,
  openRedis,
  type RecordingShelf,
  type Recordings,
} from '@parley/platform'
import type { FastifyPluginAsync } from 'fastify'
import type { AgentCatalogue } from '../gateway/agent-catalogue.js'
import type { SessionDesk } from '../gateway/desk-contract.js'
import { phonePlanOf } from '../gateway/phone-plan-of.js'
import { createGuard } from '../http/guard.js'
import { type CallMetrics, createCallMetrics } from '../metrics/call-metrics.js'
import { attachHandset } from '../phone/attach-handset.js'
import { type EmbeddedCarrier, openEmbeddedCarrier } from '../phone/embedded-carrier.js'
import type { ServerParts } from '../serve.js'
import { callApi } from './api/call-api.js'
import { createCallFeed } from './api/call-feed.js'
import { CALL_EVENTS_PATH, eventSocketRoute } from './api/event-socket.js'
import { followCommands } from './api/follow-commands.js'
import { addressOf, callAddresses } from './call-addresses.js'
import { type CallDesk, createCallDesk } from './call-desk.js'
import { createCallWorld } from './call-world.js'
import { carrierRoutes } from './carrier-routes.js'
import { createCallAround } from './create-call-around.js'
import { dialPolicyOf } from './dial-policy.js'
import { forgetOldCalls } from './forget-old-calls.js'
import { dialsWith, makeCarriers } from './make-carriers.js'
import { EMULATED_NUMBER, readPhoneNumbers } from './phone-numbers.js'
import { startedByEvent } from './started-by-event.js'

export interface CallsOptions extends ServerParts {
  readonly sessions: SessionDesk
  readonly agents: AgentCatalogue
  readonly resampling: Resampling
  readonly opus: Opus
  readonly activity: VoiceActivity
  readonly ids: Ids
  readonly epochMs: () => number
  readonly random: () => number
  readonly secretOf: SecretOf
  /** Whether calls may be recorded without a word about it; never rejects. */
  mayRecordCalls(tenant: string, agent: Agent): Promise<boolean>
  /** Where recordings are kept. */
  readonly shelf: RecordingShelf
  /** The model that sums an agent's calls up; undefined where there is none. */
  modelOf(agent: string): LanguageModel | undefined
}

export interface Calls {
  readonly desk: CallDesk
  readonly store: CallStore
  readonly queue: JobQueue
  readonly routes: FastifyPluginAsync
  /** Who dials. */
  readonly dials: CarrierName | 'none'
  /** The gateway listens at these addresses: carriers may be told of it. */
  listening(urls: readonly string[]): void
  readonly notices: readonly string[]
}

const LETTERS_EVERY_MS = 2_000
const TIDY_EVERY_MS = 3_600_000

export async function assembleCalls(options: CallsOptions): Promise<Calls> {
  const { config, clock, log, metrics, store: sessions, lifecycle, door, agents, ids, epochMs } = options
  const { database } = sessions
  const store = createCallStore({ database, clock, epochMs })
  const world = { fetch, clock, epochMs }
  const carriers = makeCarriers(config, world)
  const dials = dialsWith(config, carriers)
  const numbers = await readPhoneNumbers(config, dials === 'emulator')
  for (const name of numbers.agents) agents.choose(name, undefined)
  let ownUrl = config.publicUrl ?? ''
  const addresses = callAddresses(() => ownUrl)
  const emulator = dials === 'emulator' ? await openEmulator(options, carriers) : undefined
  const prices = await readPrices(config.pricesFile)
  const registry = createResumeRegistry({
    shelf: await resumeShelf(options),
    node: ids.next('tok'),
    clock,
    taken: session => desk.taken(session),
    warn: err => log.warn({ err }, 'where conversations stand is not kept'),
  })
  lifecycle.onStop('where conversations stand', () => registry.close())
  const queue = await openJobQueue({
    ...(config.redisUrl === undefined ? {} : { redisUrl: config.redisUrl }),
    ...(config.databaseUrl === undefined ? {} : { databaseUrl: config.databaseUrl }),
    ...{ database, clock, epochMs, log },
    warn: err => log.warn({ err }, 'the queue of calls'),
  })
  lifecycle.onStop('call queue', signal => queue.close(signal))
  const worker = createCallWorker({
    ...{ store, queue, carriers, clock, epochMs, log },
    random: options.random,
    policyOf: dialPolicyOf({ config, numbers, agents, carrier: dials === 'none' ? 'twilio' : dials }),
    addressesOf(attempt, call) {
      const carrier = dials === 'none' ? 'twilio' : dials
      const { listen } = phonePlanOf(agents.choose(call.agent, call.language)).machine
      return {
        answerUrl: addresses.of(carrier, 'answer', attempt),
        statusUrl: addresses.of(carrier, 'status', attempt),
        ...(listen === 'carrier' || listen === 'both'
          ? { machineUrl: addresses.of(carrier, 'machine', attempt) }
          : {}),
      }
    },
    newAttemptId: () => ids.next('att') as AttemptId,
    warn: err => log.warn({ err }, 'the call worker'),
  })
  const callMetrics: CallMetrics = createCallMetrics(metrics.registry, () => desk.active)
  const { shelf } = options
  const made = openRecordings({
    ...{ shelf, clock, resampling: options.resampling, opus: options.opus },
    now: epochMs,
    rate: 8_000,
    stem: 'call',
    serial: () => Math.floor(options.random() * 2 ** 32),
    rest: () => new Promise<void>(resolve => setImmediate(resolve)),
  })
  const desk: CallDesk = createCallDesk({
    world: createCallWorld({
      outlives: config.redisUrl !== undefined || database.kind === 'postgres',
      ...{ store, registry, carriers, addresses, clock, epochMs, ids, log },
      tickets: createSqlStreamTickets({ database, clock, epochMs }),
      decide: worker.decide,
    }),
    sessions: options.sessions,
    agents,
    numbers,
    language: config.language ?? 'en',
    told: told => worker.told(told),
    around: createCallAround({
      ...{ config, agents, numbers, store, activity: options.activity, clock, epochMs, ids, log },
      prices: prices.vendors,
      carrierPrices: prices.carriers,
      metrics: callMetrics,
      recordings: {
        async tap(call, roundTripMs, agent) {
          const allowed = await options.mayRecordCalls(call.tenant, agent)
          return allowed ? startedByEvent(() => made.record(call, { roundTripMs })) : undefined
        },
      },
    }),
  })
  const after = afterWork({ options, store, queue, made, shelf, metrics: callMetrics })

  function listening(urls: readonly string[]): void {
    if (config.publicUrl === undefined) ownUrl = urls[0] ?? ''
    if (emulator !== undefined) {
      const pages = addressOf(ownUrl, 'http')
      const of = (what: string) => `${pages}/v1/phone/emulator/${what}`
      for (const number of new Set([
        EMULATED_NUMBER,
        numbers.callerId('') ?? EMULATED_NUMBER,
        ...numbers.all,
      ]))
        emulator.serve(number, { voiceUrl: of('answer'), statusUrl: of('status') })
    }
    if (dials !== 'none') worker.start()
    after.start()
    lifecycle.onStop('call worker', async () => {
      after.stop()
      await worker.close()
    })
    // Before the ports: they wait for every answer that is still being given.
    const following = followCommands({ store, desk, clock, epochMs, log })
    lifecycle.onStop('events of calls', async () => {
      feed.close()
      await following.close()
    })
  }

  const feed = createCallFeed({ store, clock, log })
  door.routes.set(CALL_EVENTS_PATH, eventSocketRoute({ feed, clock }))
  const api = callApi({
    ...{ store, worker, desk, agents, numbers, ids, epochMs, clock, config, feed, sessions, log },
    guard: createGuard(options),
    carrier: dials,
    recordings: shelf,
  })
  const fromCarriers = carrierRoutes({
    ...{ host: desk, carriers, clock, epochMs, log, limits: options.limits },
    get publicUrl() {
      return addressOf(ownUrl, 'http')
    },
    trustProxy: config.trustProxy,
    refused: name => callMetrics.refused(name),
  })

  return {
    ...{ desk, store, queue, dials, listening },
    async routes(app) {
      await app.register(api)
      await app.register(fromCarriers)
    },
    notices: noticesOf(dials, carriers, config.publicUrl),
  }

  async function openEmulator(
    { lifecycle: life }: CallsOptions,
    into: Map<CarrierName, Carrier>,
  ): Promise<EmbeddedCarrier> {
    const opened = await openEmbeddedCarrier({ clock, warn: sentence => log.warn(sentence) })
    life.onStop('phone emulator', () => opened.close())
    const { baseUrl, account, authToken } = opened
    into.set('emulator', createTwilioCarrier({ ...world, name: 'emulator', baseUrl, account, authToken }))
    attachHandset(door, opened)
    return opened
  }
}

interface AfterParts {
  readonly options: CallsOptions
  readonly store: CallStore
  readonly queue: JobQueue
  readonly made: Recordings
  readonly shelf: RecordingShelf
  readonly metrics: CallMetrics
}

/** Summaries and letters: by jobs, and by a sweep for those whose job was lost. */
function afterWork({ options, store, queue, made, shelf, metrics }: AfterParts) {
  const { config, clock, log, agents, epochMs, store: sessions } = options
  const planOf = (name: string) => {
    const agent = agents.agents.find(({ agent: known }) => known === name)
    return agent === undefined ? undefined : readAfterPlan(phonePlanOf(agent).after).plan
  }
  const access = readSupabase({
    ...(config.supabaseUrl === undefined ? {} : { url: config.supabaseUrl }),
    ...(config.supabaseAnonKey === undefined ? {} : { anonKey: config.supabaseAnonKey }),
    ...(config.supabaseServiceKey === undefined ? {} : { serviceRoleKey: config.supabaseServiceKey }),
  })
  if (access !== undefined && 'problem' in access) throw new ParleyError('bad_config', access.problem)
  const book =
    access === undefined
      ? undefined
      : createPostgrestLeadBook({
          access,
          fetch: (url, init) => fetch(url, init),
          table: config.supabaseLeads,
        })
  const afterCall = createAfterCall({
    callStore: store,
    sessions,
    planOf,
    modelOf: name => options.modelOf(name),
    clock,
    epochMs,
    ...(book === undefined ? {} : { leadTargetOf: () => 'supabase' }),
    tell(news) {
      if (news.kind === 'finished') metrics.finished(news.by)
      else
        log.warn({ err: news.error, call: news.call.id, again: news.again }, 'a call could not be summed up')
    },
  })
  const sender = createLetterSender({
    callStore: store,
    fetch,
    resolve: async host => (await lookup(host, { all: true })).map(({ address }) => address),
    signerOf: createSigners({ planOf, secretOf: options.secretOf }),
    ...(book === undefined
      ? {}
      : {
          async applyLead(letter, signal) {
            const applied = await book.apply(readLeadLetter(letter.body), signal)
            if (applied === 'missing')
              throw new ParleyError('bad_message', 'There is no such lead at Supabase.')
          },
        }),
    clock,
    epochMs,
    random: options.random,
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
    await made.finish(key)
  }

  async function look(): Promise<void> {
    try {
      for (const key of await store.unfinishedAfterCalls(100))
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

async function resumeShelf({ config, store, log, lifecycle }: CallsOptions) {
  if (config.redisUrl === undefined) return createSqlResumeShelf(store.database)
  const redis = await openRedis({
    url: config.redisUrl,
    timeoutMs: 1_000,
    warn: err => log.warn({ err }, 'calls cannot go on elsewhere'),
  })
  lifecycle.onStop('shared conversations', () => redis.disconnect())
  return createRedisResumeShelf(redis)
}

async function readPrices(
  path: string | undefined,
): Promise<{ readonly vendors: PriceList | undefined; readonly carriers: CarrierPrices }> {
  if (path === undefined) return { vendors: undefined, carriers: {} }
  const text = await readFile(path, 'utf8')
  return { vendors: parsePriceList(text, path), carriers: parseCarrierPrices(text, path) }
}

function noticesOf(
  dials: CarrierName | 'none',
  carriers: ReadonlyMap<CarrierName, Carrier>,
  publicUrl: string | undefined,
): readonly string[] {
  if (dials === 'emulator')
    return [`phone calls: emulated (parley phone, or /phone in the console), ${EMULATED_NUMBER}`]
  if (carriers.size === 0) return []
  const names = [...carriers.keys()].join(', ')
  if (publicUrl !== undefined) return [`phone calls: ${names}; dials ${dials}`]
  return [`phone calls: ${names}, but no carrier can reach this gateway: set PARLEY_PUBLIC_URL`]
}
