/** Conversations made at random, as the store would be told of them, and the store being told. */

import { ledgerMarks, type SessionEvent } from '@parley/core'
import fc from 'fast-check'
import type { Store } from '../store/store.js'
import { replyId, sessionId, turnId } from '../store/store-fixtures.test.helper.js'
import type { PlainSession } from './plain-report.test-kit.js'

const ms = (max: number) => fc.integer({ min: 0, max: max * 4 }).map(quarters => quarters / 4)
const tokens = fc.constantFrom(0, 0, 7, 320)
const speech = { inputTokens: tokens, outputTokens: tokens }

const turn = fc.record({
  user: fc.option(fc.record({ startMs: ms(60_000), lengthMs: ms(9_000), typed: fc.boolean() })),
  reply: fc.option(
    fc.record({
      heardMs: fc.oneof(fc.constant(0), ms(12_000)),
      endMs: ms(90_000),
      interrupted: fc.boolean(),
      marks: fc.option(fc.subarray([...ledgerMarks.slice(1)], { minLength: 1 })),
      stepMs: ms(400),
      ...speech,
    }),
  ),
  log: fc.array(
    fc.oneof(
      fc.record({
        kind: fc.constant('judged'),
        ruling: fc.constantFrom('hold', 'claim', 'pass'),
        afterOnsetMs: ms(900),
      }),
      fc.record({ kind: fc.constant('ducked'), afterOnsetMs: ms(200) }),
      fc.record({ kind: fc.constant('turn-committed'), waitMs: fc.option(ms(2_000)) }),
      fc.record({ kind: fc.constant('turn-reopened') }),
      fc.record({ kind: fc.constant('reply-prepared') }),
      fc.record({ kind: fc.constant('reply-discarded'), audioMs: ms(900), words: fc.nat(9), ...speech }),
      fc.record({ kind: fc.constant('floor-changed'), floor: fc.constant('open') }),
    ),
    { maxLength: 4 },
  ),
})

const maker = (provider: string) =>
  fc.record(
    { provider: fc.constantFrom(provider, `other-${provider}`), model: fc.constantFrom('small', 'large') },
    {
      requiredKeys: ['provider'],
    },
  )

const providers = fc.option(
  fc.oneof(
    fc.record({ stt: maker('ears'), llm: maker('mind'), tts: maker('voice') }, { requiredKeys: ['llm'] }),
    fc.record({ realtime: maker('all') }),
  ),
)

/** Of one tenant; ids begin with its name. Moments are from `fromMs` on, `spanMs` long. */
export function randomSessions(
  fromMs: number,
  spanMs: number,
): fc.Arbitrary<(tenant: string) => PlainSession[]> {
  const session = fc.record({
    atMs: fc.integer({ min: 0, max: spanMs - 1 }),
    agent: fc.constantFrom('clinic', 'shop', 'taxi'),
    edge: fc.constantFrom('voice-ws', 'phone'),
    language: fc.constantFrom('en', 'es-MX'),
    providers,
    end: fc.option(
      fc.record({
        afterMs: fc.integer({ min: 0, max: 200_000 }),
        reason: fc.constantFrom('hang-up', 'idle', 'lost'),
      }),
    ),
    turns: fc.array(turn, { maxLength: 5 }),
  })
  return fc.array(session, { maxLength: 12 }).map(
    all => tenant =>
      all.map(
        ({ atMs, end, turns, providers: makers, ...rest }, index): PlainSession => ({
          session: {
            id: sessionId(`${tenant}_${index}`),
            tenant,
            startedAtMs: fromMs + atMs,
            ...rest,
            ...(makers === null
              ? {}
              : { providers: makers as NonNullable<PlainSession['session']['providers']> }),
          },
          ...(end === null ? {} : { end: { atMs: fromMs + atMs + end.afterMs, reason: end.reason } }),
          events: turns.flatMap(eventsOf),
        }),
      ),
  )
}

type RandomTurn = typeof turn extends fc.Arbitrary<infer Value> ? Value : never

function eventsOf({ user, reply, log }: RandomTurn, index: number): SessionEvent[] {
  const ids = { turn: turnId(`t_${index}`), reply: replyId(`r_${index}`) }
  const events: unknown[] = log.map(entry => ({ atMs: index, ...ids, ...entry, ...endpointOf(entry) }))
  if (user !== null) {
    const { startMs, lengthMs, typed } = user
    const endMs = startMs + lengthMs
    const origin = typed ? 'text' : 'speech'
    events.push({
      kind: 'transcript-final',
      ...ids,
      text: 'words',
      origin,
      startMs,
      endMs,
      atMs: endMs + 300,
    })
  }
  if (reply !== null) {
    const { heardMs, endMs, interrupted, marks, stepMs, inputTokens, outputTokens } = reply
    const heard = {
      reply: ids.reply,
      ms: heardMs,
      text: '',
      complete: !interrupted,
      source: 'estimated',
      errorMs: 0,
    }
    events.push({ kind: 'reply-made', ...ids, inputTokens, outputTokens, atMs: endMs })
    events.push({ kind: 'reply-ended', ...ids, said: 'an answer', heard, interrupted, atMs: endMs })
    if (marks !== null) {
      const stages = marks.map((stage, i) => ({ stage, startMs: i * stepMs, durationMs: stepMs }))
      const ledger = { totalMs: marks.length * stepMs, stages, unattributedMs: 0, heardSource: 'estimated' }
      events.push({ kind: 'ledger', ...ids, ledger, atMs: endMs })
    }
  }
  // Every part of an event was made above.
  return events as SessionEvent[]
}

function endpointOf(entry: object): object {
  if (!('waitMs' in entry) || entry.waitMs === null) return {}
  return { endpoint: { ms: entry.waitMs, complete: 0.5, reasons: [] } }
}

/** Tells the store of them, as a gateway would. */
export async function tell(store: Store, sessions: readonly PlainSession[]): Promise<void> {
  await Promise.all(
    sessions.map(async ({ session, end, events }) => {
      await store.beginSession(session)
      store.appendEvents(
        session.id,
        events.map((event, seq) => ({ seq, event })),
      )
      await Promise.all(
        events.map(event =>
          event.kind === 'transcript-final' || event.kind === 'reply-ended' || event.kind === 'ledger'
            ? store.write(session.id, event)
            : undefined,
        ),
      )
      if (end !== undefined)
        await store.endSession({ id: session.id, reason: end.reason as 'idle', endedAtMs: end.atMs })
    }),
  )
  await store.flush()
}
