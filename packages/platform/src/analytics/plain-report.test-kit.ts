/** The same figures in plain TypeScript, from the events themselves: what the statements are checked against. */

import { type LedgerMark, ledgerMarks, type SessionEvent } from '@parley/core'
import type { NewSession } from '../store/store.js'
import {
  type AnalyticsReport,
  type EndingAfter,
  type Headline,
  heardClassesMs,
  lengthClassesSeconds,
  longWaitMs,
  mostTurnClasses,
  type Percentiles,
  silenceMs,
  slowAnswerMs,
} from './analytics.js'

export interface PlainSession {
  readonly session: NewSession
  readonly end?: { readonly atMs: number; readonly reason: string }
  readonly events: readonly SessionEvent[]
}

type Event<Kind extends SessionEvent['kind']> = Extract<SessionEvent, { kind: Kind }>

export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) => {
    const place = share * (sorted.length - 1)
    const low = sorted[Math.floor(place)]
    const high = sorted[Math.ceil(place)]
    return low === undefined || high === undefined ? null : low + (place - Math.floor(place)) * (high - low)
  }
  return { rows: sorted.length, p50: at(0.5), p90: at(0.9), p95: at(0.95), p99: at(0.99) }
}

function ofKind<Kind extends SessionEvent['kind']>({ events }: PlainSession, kind: Kind): Event<Kind>[] {
  return events.filter((event): event is Event<Kind> => event.kind === kind)
}

const turnsOf = (one: PlainSession) => ofKind(one, 'transcript-final')
const endsOf = (one: PlainSession) => ofKind(one, 'reply-ended')
const ledgersOf = (one: PlainSession) => ofKind(one, 'ledger')
const lengthOf = ({ session, end }: PlainSession) =>
  end === undefined ? undefined : end.atMs - session.startedAtMs
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)

export function headlineOf(sessions: readonly PlainSession[]): Headline {
  const lengths = sessions.flatMap(each => lengthOf(each) ?? [])
  return {
    sessions: sessions.length,
    ended: lengths.length,
    minutes: sum(lengths) / 60_000,
    turns: sessions.flatMap(turnsOf).length,
    replies: sessions.flatMap(endsOf).length,
    interrupted: sessions.flatMap(endsOf).filter(({ interrupted }) => interrupted).length,
    latency: percentilesOf(sessions.flatMap(ledgersOf).map(({ ledger }) => ledger.totalMs)),
  }
}

export function groupsOf(sessions: readonly PlainSession[], by: 'agent' | 'edge' | 'language') {
  return [...grouped(sessions, ({ session }) => session[by])]
    .map(([name, all]) => {
      const { ended: _, ...figures } = headlineOf(all)
      const failed = all.filter(({ end }) => ['lost', 'protocol', 'error'].includes(end?.reason ?? '')).length
      return { by, name, failed, ...figures }
    })
    .sort((a, b) => b.sessions - a.sessions || (a.name < b.name ? -1 : 1))
}

export function stagesOf(sessions: readonly PlainSession[]): AnalyticsReport['latency']['stages'] {
  const stages = sessions.flatMap(ledgersOf).flatMap(({ ledger }) => ledger.stages)
  return ledgerMarks.flatMap(mark => {
    const values = stages.filter(({ stage }) => stage === mark).map(({ durationMs }) => durationMs)
    return values.length === 0 ? [] : [{ stage: mark, ...percentilesOf(values) }]
  })
}

const slots: Readonly<Partial<Record<LedgerMark, string>>> = {
  'final-text': 'stt',
  'first-token': 'llm',
  'first-clause': 'llm',
  'first-voice': 'tts',
}

/** By `stage slot provider model`. */
export function makersOf(sessions: readonly PlainSession[]): Readonly<Record<string, Percentiles>> {
  const values = new Map<string, number[]>()
  for (const one of sessions)
    for (const { stage, durationMs } of ledgersOf(one).flatMap(({ ledger }) => ledger.stages)) {
      const { providers = {} } = one.session
      const usual = slots[stage]
      const slot = usual && (['realtime', 'live', usual].find(name => providers[name]) ?? usual)
      const maker = slot === undefined ? undefined : providers[slot]
      if (maker === undefined) continue
      const key = `${stage} ${slot} ${maker.provider} ${maker.model ?? null}`
      values.set(key, [...(values.get(key) ?? []), durationMs])
    }
  return Object.fromEntries([...values].map(([key, all]) => [key, percentilesOf(all)]))
}

export function talkOf(sessions: readonly PlainSession[]): AnalyticsReport['talk'] {
  const spoken = (one: PlainSession) => turnsOf(one).filter(({ origin }) => origin === 'speech')
  const callerOf = (one: PlainSession) =>
    sum(spoken(one).map(({ startMs, endMs }) => Math.max(0, endMs - startMs)))
  const agentOf = (one: PlainSession) => sum(endsOf(one).map(({ heard }) => heard.ms))
  const both = sessions.flatMap(one =>
    spoken(one).flatMap(({ startMs, endMs }) =>
      endsOf(one).flatMap(({ atMs, heard }) => {
        const ms = Math.min(endMs, atMs) - Math.max(startMs, atMs - heard.ms)
        return endMs > startMs && heard.ms > 0 && ms > 0 ? [ms] : []
      }),
    ),
  )
  const heard = sessions.map(one => [callerOf(one), agentOf(one)] as const).filter(([a, b]) => a + b > 0)
  const tenth = ([caller, agent]: readonly [number, number]) =>
    Math.min(9, Math.floor((10 * caller) / (caller + agent)))
  return {
    sessions: heard.length,
    callerMs: sum(sessions.map(callerOf)),
    agentMs: sum(sessions.map(agentOf)),
    overlapMs: sum(both),
    overlaps: both.length,
    shares: Array.from({ length: 10 }, (_, i) => ({
      fromShare: i / 10,
      sessions: heard.filter(each => tenth(each) === i).length,
    })),
  }
}

export function afterOf(one: PlainSession): EndingAfter {
  const latest = <Row extends { readonly atMs: number }>(rows: readonly Row[], idOf: (row: Row) => string) =>
    [...rows].sort((a, b) => a.atMs - b.atMs || (idOf(a) < idOf(b) ? -1 : 1)).at(-1)
  const turn = latest(turnsOf(one), row => row.turn)
  const reply = latest(endsOf(one), row => row.reply)
  if (turn === undefined) return 'no-turn'
  if (!endsOf(one).some(row => row.turn === turn.turn && row.heard.ms > 0)) return 'no-answer'
  if (reply?.interrupted) return 'interruption'
  const ledger = ledgersOf(one).find(row => row.reply === reply?.reply)
  if (ledger !== undefined && ledger.ledger.totalMs > slowAnswerMs) return 'slow-answer'
  const quiet = (lengthOf(one) ?? 0) - Math.max(reply?.atMs ?? 0, turn.endMs)
  return quiet > silenceMs ? 'silence' : 'answer'
}

export function endingsOf(sessions: readonly PlainSession[]): AnalyticsReport['endings'] {
  const ended = sessions.flatMap(one => (one.end === undefined ? [] : [{ one, reason: one.end.reason }]))
  const reasons = [...grouped(ended, ({ one, reason }) => `${reason} ${afterOf(one)}`)]
    .map(([key, all]) => ({ key, all: all.length }))
    .map(({ key, all }) => {
      const [reason = '', after = ''] = key.split(' ')
      return { reason, after: after as EndingAfter, sessions: all }
    })
    .sort((a, b) => b.sessions - a.sessions || compare(a.reason, b.reason) || compare(a.after, b.after))
  const classOf = (seconds: number) => lengthClassesSeconds.filter(from => from <= seconds).at(-1)
  return {
    reasons,
    byTurns: Array.from({ length: mostTurnClasses + 1 }, (_, turns) => ({
      turns,
      sessions: ended.filter(({ one }) => Math.min(turnsOf(one).length, mostTurnClasses) === turns).length,
    })),
    bySeconds: lengthClassesSeconds.map(fromSeconds => ({
      fromSeconds,
      sessions: ended.filter(({ one }) => classOf((lengthOf(one) ?? 0) / 1000) === fromSeconds).length,
    })),
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

export function heardOf(sessions: readonly PlainSession[]): AnalyticsReport['interruptions']['heard'] {
  const cut = sessions.flatMap(endsOf).filter(({ interrupted }) => interrupted)
  const classOf = (ms: number) => heardClassesMs.filter(from => from <= ms).at(-1)
  return heardClassesMs.map(fromMs => ({
    fromMs,
    replies: cut.filter(({ heard }) => classOf(heard.ms) === fromMs).length,
  }))
}

export function loggedOf(sessions: readonly PlainSession[]) {
  const all = <Kind extends SessionEvent['kind']>(kind: Kind) => sessions.flatMap(one => ofKind(one, kind))
  const waits = all('turn-committed').flatMap(({ endpoint }) => endpoint?.ms ?? [])
  const discarded = all('reply-discarded')
  const rulings = grouped(all('judged'), ({ ruling }) => ruling)
  return {
    bargeIn: percentilesOf(all('ducked').map(({ afterOnsetMs }) => afterOnsetMs)),
    rulings: [...rulings]
      .sort(([a], [b]) => compare(a, b))
      .map(([ruling, rows]) => ({ ruling, ...percentilesOf(rows.map(({ afterOnsetMs }) => afterOnsetMs)) })),
    endpointing: {
      waits: percentilesOf(waits),
      long: waits.filter(ms => ms > longWaitMs).length,
      reopened: all('turn-reopened').length,
    },
    speculation: {
      prepared: all('reply-prepared').length,
      discarded: discarded.length,
      audioMs: sum(discarded.map(({ audioMs }) => audioMs)),
      words: sum(discarded.map(({ words }) => words)),
      inputTokens: sum(discarded.map(({ inputTokens }) => inputTokens)),
      outputTokens: sum(discarded.map(({ outputTokens }) => outputTokens)),
    },
  }
}

/** By agent: replies, counted ones, tokens in, tokens out. */
export function tokensOf(sessions: readonly PlainSession[]): Readonly<Record<string, readonly number[]>> {
  const byAgent = grouped(sessions, ({ session }) => session.agent)
  return Object.fromEntries(
    [...byAgent].flatMap(([agent, all]) => {
      const rows = all.flatMap(one => [...ofKind(one, 'reply-made'), ...ofKind(one, 'reply-discarded')])
      if (rows.length === 0) return []
      const input = sum(rows.map(({ inputTokens }) => inputTokens))
      const output = sum(rows.map(({ outputTokens }) => outputTokens))
      const counted = rows.filter(row => row.inputTokens + row.outputTokens > 0).length
      return [[agent, [rows.length, counted, input, output]]]
    }),
  )
}

function grouped<Row>(rows: readonly Row[], keyOf: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>()
  for (const row of rows) groups.set(keyOf(row), [...(groups.get(keyOf(row)) ?? []), row])
  return groups
}
