/**
 * What the figures of /api/analytics cost, and what a durable write waits meanwhile: 10,000 conversations of 10 turns in
 * 30 days (12 rows of the session log for each turn), for the embedded database and for a PostgreSQL of this machine.
 *
 *   npx tsc -b bench && node bench/dist/analytics.js [sessions]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type DurableEvent, type SessionId, systemClock, type TurnId } from '@parley/core'
import { createAnalytics, type OpenStore, openStore } from '@parley/platform'
import { sql } from 'kysely'
import { startTestPostgres } from '../../packages/platform/dist/store/test-postgres.js'

const sessions = Number(process.argv[2] ?? 10_000)
const untilMs = Date.UTC(2026, 5, 1)
const dayMs = 86_400_000
const silent = { info() {}, warn() {}, error() {} }

const folder = mkdtempSync(join(tmpdir(), 'parley-bench-'))
console.log(
  `${sessions} conversations, ${10 * sessions} turns; ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)}`,
)
const only = process.env.PARLEY_BENCH_DATABASE
try {
  if (only !== 'pglite') {
    const postgres = await startTestPostgres()
    try {
      await measure({ databaseUrl: await postgres.freshDatabase(), dataDir: 'unused' })
    } finally {
      await postgres.remove()
    }
  }
  if (only !== 'postgres') await measure({ dataDir: folder })
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function measure(where: { readonly databaseUrl?: string; readonly dataDir: string }): Promise<void> {
  const store = await openStore({ ...where, clock: systemClock, log: silent, migrate: true })
  try {
    const beganMs = performance.now()
    await seed(store)
    console.log(`${store.kind}: seeded in ${((performance.now() - beganMs) / 1000).toFixed(0)} s`)
    const analytics = createAnalytics(store.database, systemClock)
    for (const days of [1, 7, 30]) {
      const query = {
        tenant: 'acme',
        fromMs: untilMs - days * dayMs,
        untilMs,
        bucket: 'day',
        timeZone: 'Europe/Madrid',
      } as const
      await analytics.report(query)
      const times: number[] = []
      let waitMs = 0
      const usedMs = cpuMs()
      await analytics.report(query)
      const cpu = cpuMs() - usedMs
      for (let round = 0; round < 3; round += 1) {
        const startMs = performance.now()
        let done = false
        const writes = writeMeanwhile(store, () => done)
        const report = await analytics.report(query)
        times.push(performance.now() - startMs)
        done = true
        waitMs = Math.max(waitMs, await writes)
        if (round === 0) process.stdout.write(`  ${days} d: ${report.headline.turns} turns, `)
      }
      times.sort((a, b) => a - b)
      const ofProcess = store.kind === 'pglite' ? ` (${Math.round(cpu)} ms of processor)` : ''
      console.log(
        `${Math.round(times[1] ?? 0)} ms${ofProcess}; a write waited at most ${Math.round(waitMs)} ms`,
      )
    }
  } finally {
    await store.close()
  }
}

/** Of this process, with the embedded database in it. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** One write after the other, as one conversation makes them; the longest of them, ms. */
async function writeMeanwhile(store: OpenStore, done: () => boolean): Promise<number> {
  let worst = 0
  let index = 0
  while (!done()) {
    const startMs = performance.now()
    const event = {
      kind: 'transcript-final',
      turn: `t_${index++}` as TurnId,
      text: 'hello',
      origin: 'speech',
      startMs: 0,
      endMs: 1,
      atMs: index,
    }
    await store.write('live' as SessionId, event as DurableEvent)
    worst = Math.max(worst, performance.now() - startMs)
  }
  return worst
}

async function seed({ database, beginSession }: OpenStore): Promise<void> {
  await beginSession({
    id: 'live' as SessionId,
    tenant: 'other',
    agent: 'a',
    language: 'en',
    edge: 'voice-ws',
    startedAtMs: untilMs,
  })
  const batch = 500
  for (let first = 0; first < sessions; first += batch) {
    const last = Math.min(first + batch, sessions) - 1
    const range = sql.raw(`generate_series(${first}, ${last}) n`)
    await sql`insert into parley.sessions (id, tenant, agent, language, edge, started_at, ended_at, end_reason, providers, keeps_usage)
      select 'ses_' || n, 'acme', 'agent-' || n % 5, (array['en', 'es'])[1 + n % 2], (array['voice-ws', 'phone', 'webrtc'])[1 + n % 3],
        at, at + interval '200 seconds', (array['hang-up', 'client', 'idle', 'lost'])[1 + n % 4],
        '{"stt": {"provider": "deepgram", "model": "nova"}, "llm": {"provider": "openai", "model": "small"}, "tts": {"provider": "cartesia"}}', true
      from (select n, to_timestamp(${untilMs}::float8 / 1000 - 1) - n * interval '30 days' / ${sessions}::float8 as at from ${range}) x`.execute(
      database.sql,
    )
    await sql`insert into parley.session_usage (session_id, run, slot, provider, model, tenant, audio_ms, characters,
        input_tokens, output_tokens, cached_tokens, wasted_audio_ms, wasted_characters, wasted_input_tokens,
        wasted_output_tokens, wasted_cached_tokens, requests, uncounted)
      select 'ses_' || n, 'run', slot, 'vendor-' || n % 3, 'small', 'acme', 90000, 1200, 8000, 600, 2000, 0, 0, 800, 60, 0, 10, 0
      from ${range}, unnest(array['stt', 'llm', 'tts']) slot`.execute(database.sql)
    await sql`insert into parley.turns (session_id, id, tenant, first_at_ms, user_text, user_origin, user_start_ms, user_end_ms, user_at_ms)
      select 'ses_' || n, 't_' || k, 'acme', k * 18000, repeat('some words of a caller ', 3), 'speech', k * 18000, k * 18000 + 3000 + n % 700, k * 18000 + 4000
      from ${range}, generate_series(0, 9) k`.execute(database.sql)
    await sql`insert into parley.replies (session_id, id, turn_id, tenant, first_at_ms, said, heard_text, heard_ms, heard_complete,
        heard_source, heard_error_ms, interrupted, ended_at_ms, ledger, ledger_total_ms, ledger_at_ms, ledger_stages_ms, ledger_first_token_ms)
      select 'ses_' || n, 'r_' || k, 't_' || k, 'acme', k * 18000 + 4000, repeat('an answer of the agent ', 6), repeat('an answer of the agent ', 6),
        7000 + n % 900, true, 'reported', 0, (n + k) % 9 = 0, k * 18000 + 12000,
        jsonb_build_object('totalMs', total, 'unattributedMs', 0, 'heardSource', 'reported', 'stages', (
          select jsonb_agg(jsonb_build_object('stage', stage, 'startMs', total * (i - 1) / 8, 'durationMs', total / 8))
          from unnest(array['endpoint', 'final-text', 'context', 'first-token', 'first-clause', 'first-voice', 'first-sent', 'first-heard']) with ordinality u(stage, i))),
        total, k * 18000 + 5000,
        array[null, total / 8, total / 8, total / 8, null, total / 8, total / 8, total / 8, total / 8, total / 8], total / 2
      from (select n, k, 300 + 900 * random() as total from ${range}, generate_series(0, 9) k) x`.execute(
      database.sql,
    )
    await sql`insert into parley.session_events (session_id, seq, tenant, at_ms, kind, event)
      select 'ses_' || n, k * 12 + i, 'acme', k * 18000 + i * 100, kind, case kind
          when 'judged' then jsonb_build_object('kind', kind, 'ruling', (array['hold', 'claim', 'pass'])[1 + (n + k) % 3], 'afterOnsetMs', 100 + n % 300)
          when 'turn-committed' then jsonb_build_object('kind', kind, 'endpoint', jsonb_build_object('ms', 300 + n % 800, 'complete', 0.8))
          when 'reply-made' then jsonb_build_object('kind', kind, 'inputTokens', 800, 'outputTokens', 60)
          else jsonb_build_object('kind', kind, 'text', 'some more words') end
      from ${range}, generate_series(0, 9) k,
        unnest(array['floor-changed', 'speech-started', 'speech-ended', 'turn-committed', 'reply-started', 'reply-words', 'reply-words',
          'reply-words', 'reply-made', 'judged', 'reply-sent', 'reply-ended']) with ordinality u(kind, i)`.execute(
      database.sql,
    )
  }
}
