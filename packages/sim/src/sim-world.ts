/**
 * Random conversations: what caller, network and operator do, one thing after the other, and an engine that answers,
 * recognises and fails by chance. The same world goes the same way every time.
 */

import { seededRandom } from './random.js'
import { SimConversation, type SimConversationOptions } from './sim-conversation.js'
import type { SimReply } from './sim-engine.js'
import { steerAtRandom } from './steered-world.js'

/** What is done next, and for how long. */
export interface SimAct {
  readonly kind:
    | 'speak'
    | 'silence'
    | 'interrupt'
    | 'type'
    | 'commit'
    | 'drop'
    | 'replace'
    | 'stall'
    | 'key'
    | 'hang-up'
  readonly ms: number
}

export interface SimWorld {
  readonly seed: number
  readonly acts: readonly SimAct[]
  readonly uplinkMs: number
  readonly downlinkMs: number
  readonly jitterMs: number
  readonly aheadMs: number
  /** Whether the far end reports what it played. */
  readonly reports: boolean
  /** Whether answers are prepared early. */
  readonly prepare: boolean
  readonly opens: boolean
  /** Whether the far end buffers like a phone. */
  readonly rewinds?: boolean
  /** Whether the far end steers, between what it does. */
  readonly steers?: boolean
}

export function inventReply(random: () => number): SimReply {
  const count = Math.floor(random() * 9)
  return {
    thinkMs: Math.floor(random() * 700),
    paceMs: Math.floor(random() * (random() < 0.2 ? 900 : 60)),
    words: Array.from({ length: count }, (_, index) => ({
      text: `w${index}`,
      ms: 80 + Math.floor(random() * 500),
    })),
    deaf: random() < 0.3,
    ...(random() < 0.15 ? { failsAfter: Math.floor(random() * 4) } : {}),
  }
}

/** How often of all, and for how long at most. */
const weights: readonly (readonly [SimAct['kind'], number, number])[] = [
  ['speak', 40, 1_500],
  ['silence', 50, 4_000],
  ['interrupt', 20, 400],
  ['type', 10, 400],
  ['commit', 10, 400],
  ['drop', 10, 2_000],
  ['replace', 10, 400],
  ['stall', 10, 3_000],
  ['key', 10, 400],
  ['hang-up', 1, 400],
]

export function inventWorld(seed: number): SimWorld {
  const random = seededRandom(seed)
  const whole = (limit: number) => Math.floor(random() * limit)
  const lots = weights.flatMap(([kind, weight, mostMs]) =>
    Array.from({ length: weight }, () => ({ kind, mostMs })),
  )
  const act = (): SimAct => {
    const { kind, mostMs } = lots[whole(lots.length)] ?? { kind: 'silence', mostMs: 400 }
    return { kind, ms: 20 + whole(mostMs) }
  }
  return {
    seed,
    acts: Array.from({ length: 1 + whole(14) }, act),
    uplinkMs: whole(150),
    downlinkMs: whole(150),
    jitterMs: whole(120),
    aheadMs: 20 + whole(380),
    reports: random() < 0.5,
    prepare: random() < 0.5,
    opens: random() < 0.5,
    rewinds: random() < 0.3,
  }
}

/** Lets a world run to its end. `options` go before what the world would make. */
export async function converse(given: SimWorld, options: SimConversationOptions = {}) {
  const random = seededRandom(given.seed)
  const legs: SimConversation['caller'][] = []
  const talk = await SimConversation.start({
    answer: () => inventReply(random),
    recognise: () =>
      random() < 0.7 ? { text: 'some words', delayMs: Math.floor(random() * 900) } : undefined,
    opens: given.opens,
    policy: { speculation: { perTurn: given.prepare ? 3 : 0, wastedMsPerMinute: 20_000 } },
    caller: {
      uplinkMs: given.uplinkMs,
      downlinkMs: given.downlinkMs,
      jitterMs: given.jitterMs,
      aheadMs: given.aheadMs,
      ...(given.rewinds === true ? { rewinds: true } : {}),
      ...(given.steers === true && !given.reports ? { reportsCuts: true } : {}),
      ...(given.reports ? { reportEveryMs: 40 + Math.floor(random() * 80) } : {}),
    },
    ...options,
  })
  legs.push(talk.caller)
  const steering = seededRandom(given.seed + 7)
  for (const [index, { kind, ms }] of given.acts.entries()) {
    if (talk.session.ending !== undefined) break
    if (given.steers && steering() < 0.7) steerAtRandom(talk, steering, index)
    if (kind === 'speak') await talk.speak(ms)
    if (kind === 'interrupt') talk.caller.interrupt()
    if (kind === 'type') talk.caller.type('typed')
    if (kind === 'commit') talk.caller.commit()
    if (kind === 'key') talk.caller.dtmf('7')
    if (kind === 'hang-up') talk.caller.hangUp()
    if (kind === 'replace') {
      talk.resume()
      legs.push(talk.caller)
    }
    if (kind === 'drop') {
      talk.caller.drop()
      await talk.clock.advance(ms)
      talk.resume()
      legs.push(talk.caller)
    } else if (kind === 'stall') await talk.clock.advance(ms)
    else if (kind !== 'speak') await talk.silence(ms)
  }
  await talk.silence(20_000)
  const restingFloor = talk.session.floor
  await Promise.all([talk.session.end('client'), talk.clock.advance(10_000)])
  return { talk, legs, restingFloor }
}
