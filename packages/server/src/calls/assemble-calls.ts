/**
 * Phone calls of a gateway, put together: store, queue, carriers, the desk, what is done after a call. Made once, started
 * when the gateway listens, and stopped before its conversations are: no call is dialled by a node that leaves.
 */

import {
  type AttemptId,
  type Call,
  createCallStore,
  createCallWorker,
  createSqlStreamTickets,
  openJobQueue,
} from '@parley/calls'
import { createResumeRegistry, openRecordings } from '@parley/platform'
import { phonePlanOf } from '../gateway/phone-plan-of.js'
import { createGuard } from '../http/guard.js'
import { type CallMetrics, createCallMetrics } from '../metrics/call-metrics.js'
import { openEmulatedCalls } from '../phone/emulated-calls.js'
import { createAfterWork } from './after-work.js'
import { callApi } from './api/call-api.js'
import { createCallFeed } from './api/call-feed.js'
import { CALL_EVENTS_PATH, eventSocketRoute } from './api/event-socket.js'
import { followCommands } from './api/follow-commands.js'
import { addressOf, callAddresses } from './call-addresses.js'
import { type CallDesk, createCallDesk } from './call-desk.js'
import { callNotices } from './call-notices.js'
import { createCallWorld } from './call-world.js'
import type { Calls, CallsOptions } from './calls-options.js'
import { carrierRoutes } from './carrier-routes.js'
import { createCallAround } from './create-call-around.js'
import { dialPolicyOf } from './dial-policy.js'
import { dialsWith, makeCarriers } from './make-carriers.js'
import { readPhoneNumbers } from './phone-numbers.js'
import { readCallPrices } from './read-call-prices.js'
import { openResumeShelf } from './resume-shelf.js'
import { startedByEvent } from './started-by-event.js'

export async function assembleCalls(options: CallsOptions): Promise<Calls> {
  const { config, clock, log, metrics, store: sessions, lifecycle, door, agents, ids, epochMs } = options
  const { database } = sessions
  const store = createCallStore({ database, clock, epochMs })
  const carriers = makeCarriers(config, { fetch, clock, epochMs })
  const dials = dialsWith(config, carriers)
  const numbers = await readPhoneNumbers(config, dials === 'emulator')
  for (const name of numbers.agents) agents.choose(name, undefined)
  let ownUrl = config.publicUrl ?? ''
  const addresses = callAddresses(() => ownUrl)
  const emulated = dials === 'emulator' ? await openEmulatedCalls({ ...options, numbers }) : undefined
  if (emulated !== undefined) carriers.set('emulator', emulated.carrier)
  const carrier = dials === 'none' ? 'twilio' : dials
  const prices = await readCallPrices(config.pricesFile)
  const registry = createResumeRegistry({
    shelf: await openResumeShelf(options),
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
    policyOf: dialPolicyOf({ config, numbers, agents, carrier }),
    addressesOf(attempt: AttemptId, call: Call) {
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
  const after = createAfterWork({ options, store, queue, recordings: made, metrics: callMetrics })

  function listening(urls: readonly string[]): void {
    if (config.publicUrl === undefined) ownUrl = urls[0] ?? ''
    emulated?.listening(addressOf(ownUrl, 'http'))
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
    notices: callNotices(dials, carriers, config.publicUrl),
  }
}
