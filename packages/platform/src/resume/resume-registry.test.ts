import { type ParleyError, type SessionId, type SessionSnapshot, systemClock } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRedis } from '../redis/open-redis.js'
import { startTestRedis } from '../redis/test-redis.js'
import { openStore } from '../store/open-store.js'
import { rememberingLog } from '../store/store-fixtures.test.helper.js'
import { readyDataDir, useTemporaryFolders } from '../store/temporary-folder.test.helper.js'
import { startTestPostgres } from '../store/test-postgres.js'
import { createMemoryResumeShelf } from './memory-shelf.js'
import { createRedisResumeShelf } from './redis-shelf.js'
import { createResumeRegistry, type ResumeRegistry } from './resume-registry.js'
import type { ResumeShelf } from './resume-shelf.js'
import { createSqlResumeShelf } from './sql-shelf.js'

useTemporaryFolders()

interface Subject {
  readonly shelf: ResumeShelf
  done(): Promise<void>
}

async function sqlSubject(databaseUrl: string | undefined, done: () => Promise<void>): Promise<Subject> {
  const store = await openStore({
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
    dataDir: databaseUrl === undefined ? readyDataDir() : 'unused',
    clock: systemClock,
    log: rememberingLog(),
    migrate: true,
  })
  return {
    shelf: createSqlResumeShelf(store.database),
    async done() {
      await store.close()
      await done()
    },
  }
}

const subjects: Readonly<Record<string, () => Promise<Subject>>> = {
  memory: async () => ({ shelf: createMemoryResumeShelf(systemClock), done: async () => {} }),
  async redis() {
    const server = await startTestRedis()
    const redis = await openRedis({ url: server.url, warn: () => {} })
    await new Promise(resolve => redis.once('ready', resolve))
    return {
      shelf: createRedisResumeShelf(redis),
      async done() {
        redis.disconnect()
        await server.remove()
      },
    }
  },
  pglite: () => sqlSubject(undefined, async () => {}),
  async postgres() {
    const server = await startTestPostgres()
    return sqlSubject(await server.freshDatabase(), () => server.remove())
  },
}

let count = 0
const fresh = () => `ses_${++count}` as SessionId

/** Characters that databases do not like among the words. */
function snapshotAt(
  session: SessionId,
  atMs: number,
  words = 'a "b" \\ \u0000 \ud800 ü 😀',
): SessionSnapshot {
  return {
    session,
    language: 'en',
    atMs,
    history: [{ role: 'user', turn: 'trn_1' as never, text: words, atMs: 0 }],
  }
}

function nodeOn(shelf: ResumeShelf, node: string) {
  const taken: SessionId[] = []
  const warnings: ParleyError[] = []
  const clock = new VirtualClock()
  const registry: ResumeRegistry = createResumeRegistry({
    shelf,
    node,
    clock,
    taken: session => void taken.push(session),
    warn: error => void warnings.push(error),
  })
  const keep = (session: SessionId, atMs: number, tenant = 'acme') =>
    registry.keep({
      tenant,
      session,
      snapshot: snapshotAt(session, atMs),
      facts: { agent: 'a' },
      forMs: 60_000,
    })
  return { registry, taken, warnings, clock, keep }
}

describe.each(Object.entries(subjects))('snapshots kept in %s', (name, make) => {
  let subject: Subject
  const nodes = () => [nodeOn(subject.shelf, `${name}-1`), nodeOn(subject.shelf, `${name}-2`)] as const
  beforeAll(async () => {
    subject = await make()
  })
  afterAll(() => subject.done())

  it('are taken by another node as they were kept last', async () => {
    const [one, two] = nodes()
    const session = fresh()
    one.keep(session, 1)
    one.keep(session, 2)
    await one.registry.flush()
    one.keep(session, 3)
    await one.registry.flush()
    expect(await two.registry.take('acme', session)).toEqual({
      snapshot: snapshotAt(session, 3),
      facts: { agent: 'a' },
    })
  })

  it('go to exactly one of all who ask at the same time', async () => {
    const [one, two] = nodes()
    const session = fresh()
    one.keep(session, 1)
    await one.registry.flush()
    const asked = await Promise.all(
      Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? one : two).registry.take('acme', session)),
    )
    expect(asked.filter(each => each !== undefined)).toHaveLength(1)
  })

  it('go to nobody of another tenant', async () => {
    const [one, two] = nodes()
    const session = fresh()
    one.keep(session, 1)
    await one.registry.flush()
    expect(await two.registry.take('other', session)).toBeUndefined()
    expect(await two.registry.take('acme', session)).toBeDefined()
  })

  it("tell the node that was only slow that its session is another node's, once", async () => {
    const [one, two] = nodes()
    const session = fresh()
    one.keep(session, 1)
    await one.registry.flush()
    await two.registry.take('acme', session)
    two.keep(session, 5)
    await two.registry.flush()
    one.keep(session, 2)
    await one.registry.flush()
    one.keep(session, 3)
    await one.registry.flush()
    expect(one.taken).toEqual([session])
    expect(two.taken).toEqual([])
    expect((await one.registry.take('acme', session))?.snapshot.atMs).toBe(5)
  })

  it('may be taken again where the taker kept nothing for a while', async () => {
    const session = fresh()
    const body = '{}'
    await subject.shelf.put('n1', [{ tenant: 'acme', session, body, forMs: 60_000 }])
    const take = (by: string, againAfterMs: number) =>
      subject.shelf.take({ tenant: 'acme', session, by, againAfterMs })
    expect(await take('n2', 60_000)).toBe(body)
    expect(await take('n3', 60_000)).toBeUndefined()
    expect(await take('n3', 0)).toBe(body)
    expect(await subject.shelf.put('n2', [{ tenant: 'acme', session, body, forMs: 60_000 }])).toEqual([
      session,
    ])
  })

  it('are gone once the conversation is over, and whoever still keeps one is told', async () => {
    const [one, two] = nodes()
    const session = fresh()
    one.keep(session, 1)
    await one.registry.flush()
    await two.registry.take('acme', session)
    two.registry.drop(session)
    await two.registry.flush()
    expect(await one.registry.take('acme', session)).toBeUndefined()
    one.keep(session, 2)
    await one.registry.flush()
    expect(one.taken).toEqual([session])
  })

  it('end by themselves', async () => {
    const session = fresh()
    await subject.shelf.put('n1', [{ tenant: 'acme', session, body: '{}', forMs: 1 }])
    const putAnew = () => subject.shelf.put('n2', [{ tenant: 'acme', session, body: '{}', forMs: 60_000 }])
    while ((await putAnew()).length > 0) await new Promise(resolve => setImmediate(resolve))
    await subject.shelf.sweep?.()
    expect(await subject.shelf.take({ tenant: 'acme', session, by: 'n1', againAfterMs: 0 })).toBe('{}')
  })

  it('of a long conversation lose its beginning, not its end', async () => {
    const [one, two] = nodes()
    const session = fresh()
    const history = Array.from({ length: 400 }, (_, index) => ({
      role: 'user' as const,
      turn: `trn_${index}` as never,
      text: 'x'.repeat(5_000),
      atMs: index,
    }))
    const snapshot = { ...snapshotAt(session, 1), history }
    one.registry.keep({ tenant: 'acme', session, snapshot, facts: null, forMs: 60_000 })
    await one.registry.flush()
    const kept = (await two.registry.take('acme', session))?.snapshot.history ?? []
    expect(kept.length).toBeGreaterThan(90)
    expect(kept.at(-1)).toEqual(history.at(-1))
  })
})

describe('a registry', () => {
  it('takes out what others left, also where nobody talks, until it is closed', async () => {
    let sweeps = 0
    const sweep = () => {
      sweeps++
      return sweeps === 1 ? Promise.reject(new Error('away')) : Promise.resolve()
    }
    const node = nodeOn({ ...createMemoryResumeShelf(systemClock), sweep }, 'n')
    await node.clock.advance(120_000)
    expect(sweeps).toBe(2)
    await node.registry.close()
    await node.clock.advance(600_000)
    expect({ sweeps, pending: node.clock.pending }).toEqual({ sweeps: 2, pending: 0 })
  })

  /** A shelf that counts, and fails while it is told to. */
  function watched() {
    const inner = createMemoryResumeShelf(systemClock)
    const state = { puts: [] as number[], fails: false }
    const shelf: ResumeShelf = {
      ...inner,
      async put(node, rows) {
        state.puts.push(rows.length)
        if (state.fails) throw new Error('no answer')
        return inner.put(node, rows)
      },
    }
    return { shelf, state }
  }

  it('writes all that changed in one step, at most four times a second', async () => {
    const { shelf, state } = watched()
    const { keep, clock } = nodeOn(shelf, 'n1')
    const sessions = Array.from({ length: 50 }, fresh)
    for (let beat = 0; beat < 50; beat++) {
      for (const session of sessions) keep(session, beat)
      await clock.advance(20)
    }
    expect(state.puts).toEqual([50, 50, 50])
    await clock.advance(1_000)
    expect(state.puts).toHaveLength(4)
  })

  it('tries again what could not be written, the newest of each, and warns once', async () => {
    const { shelf, state } = watched()
    const one = nodeOn(shelf, 'n1')
    const session = fresh()
    state.fails = true
    one.keep(session, 1)
    await one.clock.advance(600)
    one.keep(session, 2)
    await one.clock.advance(600)
    expect(one.warnings).toHaveLength(1)
    state.fails = false
    await one.clock.advance(300)
    const two = nodeOn(shelf, 'n2')
    expect((await two.registry.take('acme', session))?.snapshot.atMs).toBe(2)
  })

  it('writes what waits when it closes, and nothing after', async () => {
    const { shelf, state } = watched()
    const { keep, registry, clock } = nodeOn(shelf, 'n1')
    keep(fresh(), 1)
    await registry.close()
    keep(fresh(), 1)
    await clock.advance(1_000)
    expect(state.puts).toEqual([1])
    expect(clock.pending).toBe(0)
  })
})
