/** Conversations nobody would think of: a caller, a network, an engine, a judge and a vendor, all at random. */

import { defaultTurnPolicy, type Evidence, type Judge, type Ruling } from '@parley/core'
import fc from 'fast-check'
import { seededRandom } from './random.js'
import { SimConversation } from './sim-conversation.js'
import type { SimReply } from './sim-engine.js'

/** More worlds for a longer look: `PARLEY_PROPERTY_RUNS=5000`. */
export const RUNS = Number(process.env.PARLEY_PROPERTY_RUNS ?? 24)

/** What the caller, the network or the operator does next, and for how long. */
const act = fc.oneof(
  // Speaks into what the agent says, once it says something.
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('over' as const), ms: fc.integer({ min: 20, max: 1_500 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('speak' as const), ms: fc.integer({ min: 20, max: 1_500 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constant('silence' as const), ms: fc.integer({ min: 20, max: 4_000 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('interrupt' as const), ms: fc.integer({ min: 0, max: 400 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('type' as const), ms: fc.integer({ min: 0, max: 400 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('commit' as const), ms: fc.integer({ min: 0, max: 400 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('drop' as const), ms: fc.integer({ min: 0, max: 2_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('replace' as const), ms: fc.integer({ min: 0, max: 400 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('key' as const), ms: fc.integer({ min: 0, max: 400 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('signal' as const), ms: fc.integer({ min: 0, max: 400 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('stall' as const), ms: fc.integer({ min: 20, max: 3_000 }) }),
  },
)

export const world = fc.record({
  seed: fc.integer(),
  acts: fc.array(act, { minLength: 1, maxLength: 14 }),
  uplinkMs: fc.integer({ min: 0, max: 150 }),
  downlinkMs: fc.integer({ min: 0, max: 150 }),
  jitterMs: fc.integer({ min: 0, max: 120 }),
  aheadMs: fc.integer({ min: 20, max: 400 }),
  reports: fc.boolean(),
  rewinds: fc.boolean(),
  judges: fc.boolean(),
  vendor: fc.constantFrom('ignored' as const, 'evidence' as const, 'decides' as const),
  bargeIn: fc.constantFrom('any' as const, 'any' as const, 'words' as const, 'none' as const),
  prompts: fc.constantFrom(false, false, false, true),
  prepare: fc.boolean(),
  opens: fc.boolean(),
})

export type World = typeof world extends fc.Arbitrary<infer Value> ? Value : never

/** Rules as the contract of a judge allows, and without any sense. */
function inventJudge(random: () => number): Judge {
  let heardMs = 0
  let holdMs = 0
  let claimMs = 0
  const given = (ruling: Ruling['ruling']): Ruling => ({ ruling, reasons: [] })
  const either = () => given(random() < 0.4 ? 'claim' : 'pass')
  return {
    begin() {
      heardMs = 0
      holdMs = random() * 400
      claimMs = holdMs + random() * 1_200
    },
    hear({ durationMs }) {
      const beforeMs = heardMs
      heardMs += durationMs
      if (beforeMs < claimMs && heardMs >= claimMs) return either()
      return beforeMs < holdMs && heardMs >= holdMs ? given('hold') : undefined
    },
    words: () => (random() < 0.3 ? either() : undefined),
    end: () => (random() < 0.5 ? either() : undefined),
    decide: either,
    learn() {},
  }
}

function inventSignal(random: () => number, atMs: number): Evidence {
  const signals = ['start', 'update', 'eager-end', 'resume', 'end'] as const
  const signal = signals[Math.floor(random() * signals.length)] ?? 'update'
  return { kind: 'turn-signal', atMs, signal }
}

function inventReply(random: () => number): SimReply {
  const count = Math.floor(random() * 14)
  return {
    thinkMs: Math.floor(random() * 700),
    paceMs: Math.floor(random() * (random() < 0.2 ? 900 : 60)),
    words: Array.from({ length: count }, (_, index) => ({
      text: `w${index}`,
      ms: 80 + Math.floor(random() * 500),
    })),
    deaf: random() < 0.3,
    ...(random() < 0.2 ? { bargeIn: random() < 0.5 ? 'none' : 'words' } : {}),
    ...(random() < 0.15 ? { failsAfter: Math.floor(random() * 4) } : {}),
  }
}

async function speakOver(talk: SimConversation, ms: number, afterMs: number): Promise<void> {
  for (let waitedMs = 0; waitedMs < 2_000 && talk.session.floor !== 'agent'; waitedMs += 20)
    await talk.silence(20)
  await talk.silence(afterMs)
  await talk.speak(ms)
}

export async function converse(given: World) {
  const random = seededRandom(given.seed)
  const legs: SimConversation['caller'][] = []
  const talk = await SimConversation.start({
    answer: () => inventReply(random),
    recognise: () =>
      random() < 0.7 ? { text: 'some words', delayMs: Math.floor(random() * 900) } : undefined,
    opens: given.opens,
    ...(given.judges ? { judge: inventJudge(random) } : {}),
    say: () => inventReply(random),
    policy: {
      speculation: { perTurn: given.prepare ? 3 : 0, wastedMsPerMinute: 20_000 },
      bargeIn: given.bargeIn,
      endpoint: { ...defaultTurnPolicy.endpoint, vendor: given.vendor },
      deadAir: {
        ...defaultTurnPolicy.deadAir,
        fillers: given.prompts ? ['one moment'] : [],
        prompts: given.prompts ? ['still there?'] : [],
        promptAfterMs: 8_000,
      },
    },
    caller: {
      uplinkMs: given.uplinkMs,
      downlinkMs: given.downlinkMs,
      jitterMs: given.jitterMs,
      aheadMs: given.aheadMs,
      rewinds: given.rewinds,
      ...(given.reports ? { reportEveryMs: 40 + Math.floor(random() * 80) } : {}),
    },
  })
  legs.push(talk.caller)
  for (const { kind, ms } of given.acts) {
    if (kind === 'speak') await talk.speak(ms)
    if (kind === 'over') await speakOver(talk, ms, random() * 900)
    if (kind === 'interrupt') talk.caller.interrupt()
    if (kind === 'type') talk.caller.type('typed')
    if (kind === 'key') talk.caller.dtmf('5')
    if (kind === 'signal') talk.session.observe(inventSignal(random, talk.clock.now()))
    if (kind === 'commit') talk.caller.commit()
    if (kind === 'replace') {
      if (talk.session.ending !== undefined) break
      talk.resume()
      legs.push(talk.caller)
    }
    if (kind === 'drop') {
      talk.caller.drop()
      await talk.clock.advance(ms)
      if (talk.session.ending !== undefined) break
      talk.resume()
      legs.push(talk.caller)
    } else if (kind === 'stall') await talk.clock.advance(ms)
    else if (kind !== 'speak' && kind !== 'over') await talk.silence(ms)
  }
  // Who is prompted and says nothing is left in the end.
  await talk.silence(given.prompts ? 45_000 : 20_000)
  // A session that was asked twice and did not answer is over.
  const restingFloor = talk.session.ending === undefined ? talk.session.floor : 'open'
  await Promise.all([talk.session.end('client'), talk.clock.advance(10_000)])
  return { talk, legs, restingFloor }
}
