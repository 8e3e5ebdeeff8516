import { describe, expect, it } from 'vitest'
import { findingsOf } from './findings.js'
import type { Operation, Status } from './status-types.js'

const operation: Operation = {
  sessions: 0,
  limits: [{ name: 'connections', limit: 100, used: 10, holders: null, refused: 0 }],
  queues: [
    { name: 'store-waiting', value: 0, limit: 10_000 },
    { name: 'store-log-dropped', value: 0, limit: null },
  ],
  store: { kind: 'pglite', tookMs: 1 },
  host: {
    ...{ overMs: 4_000, eventLoopP99Ms: 11, eventLoopMaxMs: 30, cpuShare: 0.1, cores: 2, load1: 0 },
    ...{ residentBytes: 2e8, heapBytes: 1e8, memoryBytes: 1e9 },
  },
  latency: [{ type: 'first_token', targetMs: 300, measured: 19, missed: 19, worstMs: 900 }],
  providers: [{ slot: 'llm', provider: 'openai', state: 'good', sinceMs: 0, answers: 1, failures: 0 }],
  settings: null,
  problems: [],
}

const good: Status = {
  node: { name: 'a', version: '1', runtime: 'Node.js', startedAtMs: 0, atMs: 1, shared: false },
  ready: true,
  reasons: [],
  dependencies: [
    { name: 'database', own: true, status: 'healthy', sinceMs: 0 },
    { name: 'redis', own: true, status: 'not_configured' },
  ],
  tenant: 'local',
  scopes: [],
  operation,
}

const kinds = (over: Partial<Status>) => findingsOf({ ...good, ...over }).map(({ kind }) => kind)
const loaded = (over: Partial<Operation>) => kinds({ operation: { ...operation, ...over } })

describe('what is wrong on a node', () => {
  it('is nothing while all is well, and nothing that one may not see', () => {
    expect(kinds({})).toEqual([])
    expect(kinds({ operation: null })).toEqual([])
  })

  it('is a dependency that does not answer, with what it said and since when', () => {
    const lastProblem = { text: 'gone', code: 'store_unavailable', atMs: 5 }
    const dependencies = [
      { name: 'database', own: true, status: 'unhealthy', sinceMs: 4, lastProblem } as const,
    ]
    expect(findingsOf({ ...good, reasons: ['database'], dependencies })).toEqual([
      { kind: 'database', subject: 'database', text: 'gone', code: 'store_unavailable', sinceMs: 4 },
    ])
  })

  it('is a vendor under its own name, and that the node leaves', () => {
    const dependencies = [{ name: 'openai', own: false, status: 'unhealthy' } as const]
    expect(kinds({ reasons: ['draining'], dependencies })).toEqual(['draining', 'vendor'])
  })

  it('is what is nearly full, late, waiting or lost', () => {
    expect(
      loaded({ limits: [{ name: 'connections', limit: 10, used: 9, holders: null, refused: 0 }] }),
    ).toEqual(['full'])
    expect(
      loaded({ limits: [{ name: 'ratePerAddress', limit: 10, used: null, holders: null, refused: 7 }] }),
    ).toEqual([])
    expect(loaded({ host: { ...operation.host, eventLoopP99Ms: 101 } })).toEqual(['lag'])
    expect(loaded({ host: { ...operation.host, residentBytes: 9.1e8 } })).toEqual(['memory'])
    expect(loaded({ queues: [{ name: 'store-waiting', value: 1_001, limit: 10_000 }] })).toEqual(['backlog'])
    expect(loaded({ queues: [{ name: 'store-log-dropped', value: 1, limit: null }] })).toEqual(['dropped'])
  })

  it('is a provider that rests, and a target that is missed often enough to mean something', () => {
    const resting = {
      slot: 'llm',
      provider: 'openai',
      state: 'resting',
      sinceMs: 3,
      answers: 0,
      failures: 2,
    } as const
    expect(loaded({ providers: [resting] })).toEqual(['provider'])
    const late = { type: 'barge_in', targetMs: 50, measured: 40, missed: 5, worstMs: 90 } as const
    expect(loaded({ latency: [late] })).toEqual(['latency'])
    expect(loaded({ latency: [{ ...late, missed: 4 }] })).toEqual([])
  })

  it('is a setting that was wrong when the gateway started', () => {
    const problems = [
      { level: 'warning', name: 'PORT', sentence: 'It is odd', cure: 'Set another.' } as const,
    ]
    expect(findingsOf({ ...good, operation: { ...operation, problems } })).toEqual([
      { kind: 'setting', subject: 'PORT', text: 'It is odd. Set another.' },
    ])
  })
})
