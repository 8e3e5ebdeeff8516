/** What is wrong on a node, most pressing first, each named so that the page can say what to do about it. */
import type { Status } from './status-types.js'

export type FindingKind =
  | 'draining'
  | 'starting'
  | 'database'
  | 'redis'
  | 'voice_services'
  | 'vendor'
  | 'provider'
  | 'full'
  | 'lag'
  | 'memory'
  | 'backlog'
  | 'dropped'
  | 'latency'
  | 'setting'

export interface Finding {
  readonly kind: FindingKind
  /** Of what: a dependency, a provider, a limit, a latency, a setting. */
  readonly subject: string
  /** In the gateway's own words; empty where the kind says all. */
  readonly text: string
  /** Of the error table; it may have a cure of its own. */
  readonly code?: string
  readonly sinceMs?: number
}

/** Shares and times from which something is told. */
const fullShare = 0.9
const lagMs = 100
const memoryShare = 0.9
const backlogShare = 0.1
/** Fewer measurements than this say nothing of a target. */
const fewest = 20
const missedShare = 0.1

export function findingsOf(status: Status): readonly Finding[] {
  return [...readiness(status), ...dependencies(status), ...operation(status)]
}

function readiness({ reasons }: Status): Finding[] {
  return reasons.flatMap(reason =>
    reason === 'draining' || reason === 'starting' ? [{ kind: reason, subject: '', text: '' }] : [],
  )
}

function dependencies({ dependencies: all }: Status): Finding[] {
  return all.flatMap(({ name, own, status, sinceMs, lastProblem }): Finding[] => {
    if (status !== 'unhealthy') return []
    const kind =
      own && (name === 'database' || name === 'redis' || name === 'voice_services') ? name : 'vendor'
    const { text = '', code } = lastProblem ?? {}
    return [{ kind, subject: name, text, ...(code && { code }), ...(sinceMs !== undefined && { sinceMs }) }]
  })
}

function operation({ operation: all }: Status): Finding[] {
  if (all === null) return []
  const { limits, host, queues, latency, providers, problems } = all
  const found: Finding[] = []
  for (const { slot, provider, state, sinceMs, lastProblem } of providers)
    if (state === 'failing' || state === 'resting')
      found.push({
        ...{ kind: 'provider', subject: `${provider} (${slot})`, text: lastProblem?.text ?? '', sinceMs },
        ...(lastProblem?.code && { code: lastProblem.code }),
      })
  for (const { name, limit, used } of limits)
    if (limit !== null && used !== null && used >= limit * fullShare)
      found.push({ kind: 'full', subject: name, text: '' })
  if (host.eventLoopP99Ms > lagMs) found.push({ kind: 'lag', subject: '', text: '' })
  if (host.residentBytes > host.memoryBytes * memoryShare)
    found.push({ kind: 'memory', subject: '', text: '' })
  for (const { name, value, limit } of queues) {
    if (limit !== null && value > limit * backlogShare)
      found.push({ kind: 'backlog', subject: name, text: '' })
    if (limit === null && value > 0) found.push({ kind: 'dropped', subject: name, text: '' })
  }
  for (const { type, measured, missed } of latency)
    if (measured >= fewest && missed > measured * missedShare)
      found.push({ kind: 'latency', subject: type, text: '' })
  for (const { name, sentence, cure } of problems)
    found.push({ kind: 'setting', subject: name, text: `${sentence}. ${cure}` })
  return found
}
