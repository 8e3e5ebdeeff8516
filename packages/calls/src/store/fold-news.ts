import type { AnsweredBy, LegStatus } from '../call.js'

/**
 * What a carrier tells of one attempt, folded. News come late, twice and out of order, so the fold takes, part by part, the
 * greatest of an order that does not depend on when a thing was heard: every order and every repetition of the same news end
 * in the same attempt. How far a call has come counts first; the carrier's own sequence decides between news as far.
 */
export interface AttemptFold {
  readonly reached?: Counted<LegStatus>
  readonly answerer?: Counted<AnsweredBy>
  /** Epoch ms: when it was first told. */
  readonly answeredAtMs?: number
  readonly endedAtMs?: number
  readonly durationSeconds?: number
}

/** With the number that its carrier gave the news which told it; −1 where it does not count. */
export interface Counted<What> {
  readonly what: What
  readonly sequence: number
}

export interface FoldedNews {
  readonly status?: LegStatus
  readonly sequence?: number
  readonly answeredBy?: AnsweredBy
  readonly durationSeconds?: number
  readonly atMs: number
}

const statusRank: Readonly<Record<LegStatus, number>> = {
  initiated: 0,
  ringing: 1,
  'in-progress': 2,
  failed: 3,
  canceled: 3,
  'no-answer': 3,
  busy: 3,
  completed: 3,
}
/** Between ends that came as far and were counted alike, the one that says most. */
const endOrder: Readonly<Record<LegStatus, number>> = {
  initiated: 0,
  ringing: 0,
  'in-progress': 0,
  failed: 1,
  canceled: 2,
  'no-answer': 3,
  busy: 4,
  completed: 5,
}
const answeredOrder: Readonly<Record<AnsweredBy, number>> = { unknown: 0, human: 1, machine: 2, fax: 3 }

export function isEnd(status: LegStatus | undefined): boolean {
  return status !== undefined && statusRank[status] === 3
}

export function foldNews(attempt: AttemptFold, news: FoldedNews): AttemptFold {
  return {
    ...attempt,
    ...statusFrom(attempt.reached, news),
    ...answererFrom(attempt.answerer, news),
    ...earliest('answeredAtMs', attempt.answeredAtMs, news.status === 'in-progress' ? news.atMs : undefined),
    ...earliest('endedAtMs', attempt.endedAtMs, isEnd(news.status) ? news.atMs : undefined),
    ...longest(attempt.durationSeconds, news.durationSeconds),
  }
}

/**
 * When it was answered and when it ended, as people are told: news that an answer was late in coming does not put it after
 * the end, and an answer nobody told of is reckoned back from the duration.
 */
export function momentsOf(attempt: AttemptFold): { answeredAtMs?: number; endedAtMs?: number } {
  const { answeredAtMs, endedAtMs, durationSeconds, reached } = attempt
  const told = answeredAtMs ?? (reached?.what === 'completed' && durationSeconds ? endedAtMs : undefined)
  if (endedAtMs === undefined) return told === undefined ? {} : { answeredAtMs: told }
  if (told === undefined) return { endedAtMs }
  const latestMs = endedAtMs - (durationSeconds ?? 0) * 1000
  return { answeredAtMs: Math.min(told, latestMs), endedAtMs }
}

function statusFrom(had: Counted<LegStatus> | undefined, news: FoldedNews): Partial<AttemptFold> {
  if (news.status === undefined) return {}
  const told = { what: news.status, sequence: news.sequence ?? -1 }
  const place = ({ what, sequence }: Counted<LegStatus>) => [statusRank[what], sequence, endOrder[what]]
  return had === undefined || isGreater(place(told), place(had)) ? { reached: told } : {}
}

function answererFrom(had: Counted<AnsweredBy> | undefined, news: FoldedNews): Partial<AttemptFold> {
  if (news.answeredBy === undefined) return {}
  const told = { what: news.answeredBy, sequence: news.sequence ?? -1 }
  const place = ({ what, sequence }: Counted<AnsweredBy>) => [
    what === 'unknown' ? 0 : 1,
    sequence,
    answeredOrder[what],
  ]
  return had === undefined || isGreater(place(told), place(had)) ? { answerer: told } : {}
}

function isGreater(one: readonly number[], other: readonly number[]): boolean {
  for (const [place, value] of one.entries()) {
    const against = other[place] ?? 0
    if (value !== against) return value > against
  }
  return false
}

function earliest(name: 'answeredAtMs' | 'endedAtMs', had: number | undefined, told: number | undefined) {
  if (told === undefined) return {}
  return { [name]: had === undefined ? told : Math.min(had, told) }
}

function longest(had: number | undefined, told: number | undefined) {
  if (told === undefined) return {}
  return { durationSeconds: had === undefined ? told : Math.max(had, told) }
}
