import { systemClock } from '@parley/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type OpenStore, openStore } from '../store/open-store.js'
import { rememberingLog } from '../store/store-fixtures.test.helper.js'
import { readyDataDir, useTemporaryFolders } from '../store/temporary-folder.test.helper.js'
import { startTestPostgres } from '../store/test-postgres.js'
import { type AgentDraft, type AgentStore, KEPT_VERSIONS, MAX_TRIALS } from './agent-store.js'
import { createSqlAgentStore } from './sql-agent-store.js'

useTemporaryFolders()

interface Subject {
  readonly store: OpenStore
  done(): Promise<void>
}

async function embedded(): Promise<Subject> {
  const place = { dataDir: readyDataDir(), clock: systemClock, log: rememberingLog() }
  return { store: await openStore({ ...place, migrate: true }), done: async () => {} }
}

async function server(): Promise<Subject> {
  const postgres = await startTestPostgres()
  const databaseUrl = await postgres.freshDatabase()
  const place = { databaseUrl, dataDir: 'unused', clock: systemClock, log: rememberingLog() }
  return { store: await openStore({ ...place, migrate: true }), done: () => postgres.remove() }
}

describe.each([
  { name: 'pglite', subject: embedded },
  { name: 'postgres', subject: server },
])('agents in $name', ({ subject }) => {
  let under: Subject
  let agents: AgentStore
  let count = 0
  const fresh = () => ({ tenant: `acme-${++count}`, agent: 'clerk' })
  const draft = (key: { tenant: string; agent: string }, base: number, over: Partial<AgentDraft> = {}) => ({
    ...{ ...key, base, yaml: `agent: clerk # after ${base}`, by: 'ana', atMs: 1_700_000_000_000.7 },
    ...over,
  })
  const publishing = { by: 'eva', atMs: 1_700_000_000_500 }

  beforeAll(async () => {
    under = await subject()
    agents = createSqlAgentStore(under.store.database)
  })
  afterAll(async () => {
    await under.store.close()
    await under.done()
  })

  it('keeps each save as a version with who saved it', async () => {
    const key = fresh()
    expect(await agents.save(draft(key, 0, { language: 'en', note: 'first' }))).toBe(1)
    expect(await agents.save(draft(key, 1))).toBe(2)
    const saved = { savedBy: 'ana', savedAtMs: 1_700_000_000_000 }
    expect(await agents.history(key)).toEqual([
      { version: 2, ...saved },
      { version: 1, language: 'en', note: 'first', ...saved },
    ])
    expect(await agents.read({ ...key, version: 1 })).toBe('agent: clerk # after 0')
    expect(await agents.list(key.tenant)).toMatchObject([{ agent: 'clerk', latest: { version: 2 } }])
  })

  it('lets one of two save what both began from, and tells the other who was first', async () => {
    const key = fresh()
    await agents.save(draft(key, 0))
    const both = await Promise.allSettled([
      agents.save(draft(key, 1, { by: 'one' })),
      agents.save(draft(key, 1, { by: 'two' })),
    ])
    const refused = both.filter(each => each.status === 'rejected').map(each => each.reason)
    expect(refused).toMatchObject([{ code: 'conflict', details: { latest: 2 } }])
    expect(refused[0].message).toMatch(/^Version 2 was saved by (one|two) meanwhile/)
    await expect(agents.save(draft(key, 0))).rejects.toMatchObject({ code: 'conflict' })
    await expect(agents.save(draft(fresh(), 3))).rejects.toMatchObject({ code: 'conflict' })
    expect(await agents.history(key)).toHaveLength(2)
  })

  it('puts a version in force, another in its place, and none', async () => {
    const key = fresh()
    await agents.save(draft(key, 0, { language: 'en' }))
    await agents.save(draft(key, 1, { language: 'es' }))
    await agents.publish({ ...key, version: 2, instead: null, ...publishing })
    expect(await agents.published(key.tenant)).toEqual([{ agent: 'clerk', version: 2, language: 'es' }])
    await agents.publish({ ...key, version: 1, instead: 2, ...publishing })
    expect(await agents.find(key)).toMatchObject({
      published: 1,
      changedBy: 'eva',
      changedAtMs: 1_700_000_000_500,
    })
    const late = agents.publish({ ...key, version: 2, instead: 2, ...publishing })
    await expect(late).rejects.toMatchObject({ code: 'conflict' })
    await agents.publish({ ...key, version: null, ...publishing })
    expect(await agents.published(key.tenant)).toEqual([])
    const none = agents.publish({ ...key, version: 9, ...publishing })
    await expect(none).rejects.toMatchObject({ code: 'not_found' })
  })

  it('deletes no agent that is in force, and never gives a number again', async () => {
    const key = fresh()
    await agents.save(draft(key, 0))
    await agents.publish({ ...key, version: 1, ...publishing })
    await expect(agents.forget(key)).rejects.toMatchObject({ code: 'conflict' })
    await agents.publish({ ...key, version: null, ...publishing })
    await agents.forget(key)
    expect(await agents.find(key)).toBeUndefined()
    await expect(agents.forget(key)).rejects.toMatchObject({ code: 'not_found' })
    expect(await agents.save(draft(key, 0))).toBe(2)
  })

  it('shows another tenant nothing, and lets it change nothing', async () => {
    const key = fresh()
    const other = { ...key, tenant: 'other' }
    await agents.save(draft(key, 0))
    expect(await agents.list('other')).toEqual([])
    expect(await agents.read({ ...other, version: 1 })).toBeUndefined()
    const taken = agents.publish({ ...other, version: 1, ...publishing })
    await expect(taken).rejects.toMatchObject({ code: 'not_found' })
    await expect(agents.forget(other)).rejects.toMatchObject({ code: 'not_found' })
  })

  it('keeps the newest versions and the published one', async () => {
    const key = fresh()
    for (let base = 0; base < KEPT_VERSIONS + 3; base++) {
      await agents.save(draft(key, base))
      if (base === 1) await agents.publish({ ...key, version: 2, ...publishing })
    }
    const kept = (await agents.history(key)).map(({ version }) => version)
    expect(kept).toHaveLength(KEPT_VERSIONS + 1)
    expect(kept.slice(-2)).toEqual([4, 2])
  })

  it('gives a trial to its own subject until it is over', async () => {
    const { tenant } = fresh()
    const trial = {
      tenant,
      subject: 'ana',
      agent: 'clerk',
      yaml: 'a: b',
      handle: `try:${tenant}`,
      forMs: 60_000,
    }
    await agents.keepTrial(trial)
    const { handle } = trial
    expect(await agents.trial({ handle, tenant, subject: 'ana' })).toEqual({ agent: 'clerk', yaml: 'a: b' })
    expect(await agents.trial({ handle, tenant, subject: 'eva' })).toBeUndefined()
    expect(await agents.trial({ handle, tenant: 'other', subject: 'ana' })).toBeUndefined()
    await agents.keepTrial({ ...trial, handle: `${handle}-over`, forMs: 0 })
    expect(await agents.trial({ handle: `${handle}-over`, tenant, subject: 'ana' })).toBeUndefined()
    for (let each = 0; each < MAX_TRIALS; each++)
      await agents.keepTrial({ ...trial, handle: `${handle}-${each}`, forMs: 120_000 })
    expect(await agents.trial({ handle, tenant, subject: 'ana' })).toBeUndefined()
  })
})
