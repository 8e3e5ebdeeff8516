import type { ReplyId, SessionEvent, SessionId, TurnId } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { createMetrics } from './metrics.js'

const turn = 'trn_1' as TurnId
const reply = 'rpl_1' as ReplyId
const started: SessionEvent = {
  kind: 'session-started',
  atMs: 0,
  session: 'ses_1' as SessionId,
  language: 'en',
}
const ended = (reason: 'client' | 'error'): SessionEvent => ({ kind: 'session-ended', atMs: 9, reason })

describe('the metrics', () => {
  it('count sessions by tenant and outcome, and the ones that are', async () => {
    const metrics = createMetrics('1')
    const one = metrics.sessionTap('acme')
    const other = metrics.sessionTap('acme')
    one.event?.(started)
    other.event?.(started)
    one.event?.(ended('client'))
    const page = await metrics.registry.metrics()
    expect(page).toContain('voice_sessions_total{tenant_id="acme",status="started"} 2')
    expect(page).toContain('voice_sessions_total{tenant_id="acme",status="completed"} 1')
    expect(page).toContain('voice_sessions_active 1')
    other.event?.(ended('error'))
    expect(await metrics.registry.metrics()).toContain('status="failed"} 1')
  })

  it('have the promised buckets for the latencies with targets', async () => {
    const metrics = createMetrics('1')
    const told: [string, number][] = []
    const tap = metrics.sessionTap('acme', (type, ms) => void told.push([type, ms]))
    tap.event?.({ kind: 'speech-started', atMs: 100, turn, mediaMs: 0 })
    tap.event?.({ kind: 'transcript-partial', atMs: 220, turn, text: 'a' })
    tap.event?.({ kind: 'transcript-partial', atMs: 900, turn, text: 'a b' })
    tap.event?.({ kind: 'ducked', atMs: 2_040, reply, afterOnsetMs: 40 })
    expect(told).toEqual([
      ['partial_asr', 120],
      ['barge_in', 40],
    ])
    const page = await metrics.registry.metrics()
    const buckets = [...page.matchAll(/voice_latency_seconds_bucket\{le="([^"]+)",type="barge_in"\}/g)]
    expect(buckets.map(([, le]) => le)).toEqual(['0.05', '0.1', '0.15', '0.3', '0.5', '1', '2', '+Inf'])
    expect(page).toContain('voice_latency_seconds_bucket{le="0.1",type="partial_asr"} 0')
    expect(page).toContain('voice_latency_seconds_bucket{le="0.15",type="partial_asr"} 1')
  })

  it('carry the stages of the ledger, whose sum is the turn', async () => {
    const metrics = createMetrics('1')
    const stages = [
      { stage: 'endpoint', startMs: 0, durationMs: 500 },
      { stage: 'first-token', startMs: 500, durationMs: 100 },
      { stage: 'first-heard', startMs: 600, durationMs: 200 },
    ] as const
    const ledger = { totalMs: 800, stages, unattributedMs: 0, heardSource: 'reported' } as const
    const told: [string, number][] = []
    const tap = metrics.sessionTap('acme', (type, ms) => void told.push([type, ms]))
    tap.event?.({ kind: 'ledger', atMs: 0, turn, reply, ledger })
    const page = await metrics.registry.metrics()
    const sums = [...page.matchAll(/parley_turn_stage_seconds_sum\{[^}]+\} (\S+)/g)].map(([, sum]) =>
      Number(sum),
    )
    expect(sums.reduce((a, b) => a + b)).toBeCloseTo(0.8)
    expect(page).toContain('parley_turn_seconds_sum 0.8')
    expect(told).toEqual([['first_token', 600]])
  })

  it('name no more than 200 tenants', async () => {
    const metrics = createMetrics('1')
    for (let i = 0; i < 300; i++) metrics.sessionTap(`tenant-${i}`).event?.(started)
    metrics.sessionTap('tenant-0').event?.(started)
    const page = await metrics.registry.metrics()
    expect(page.match(/^voice_sessions_total\{/gm)).toHaveLength(201)
    expect(page).toContain('voice_sessions_total{tenant_id="other",status="started"} 100')
    expect(page).toContain('voice_sessions_total{tenant_id="tenant-0",status="started"} 2')
  })
})
