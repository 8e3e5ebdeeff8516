import { type DurableEvent, ParleyError, systemClock } from '@parley/core'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from './open-store.js'
import { findsWhatWasSaid } from './search/search.test-kit.js'
import type { Store } from './store.js'
import {
  ledger,
  ledgerOf,
  newSession,
  rememberingLog,
  replyEnded,
  replyId,
  sessionId,
  transcript,
  usageLines,
} from './store-fixtures.test.helper.js'
import { temporaryFolder, useTemporaryFolders } from './temporary-folder.test.helper.js'
import { startTestPostgres, type TestPostgres } from './test-postgres.js'
import type { RunUsage } from './usage-rows.js'

useTemporaryFolders()

/** The conformance suite of the port: both databases go through every line of it. */

interface Subject {
  open(): Promise<Store>
  done(): Promise<void>
}

async function embedded(): Promise<Subject> {
  const dataDir = temporaryFolder()
  return {
    open: () => openStore({ dataDir, clock: systemClock, log: rememberingLog(), migrate: true }),
    done: async () => {},
  }
}

async function server(): Promise<Subject> {
  const postgres: TestPostgres = await startTestPostgres()
  const databaseUrl = await postgres.freshDatabase()
  return {
    open: () =>
      openStore({ databaseUrl, dataDir: 'unused', clock: systemClock, log: rememberingLog(), migrate: true }),
    done: () => postgres.remove(),
  }
}

describe.each([
  { name: 'pglite', subject: embedded },
  { name: 'postgres', subject: server },
])('a store on $name', ({ name, subject }) => {
  let subjectUnderTest: Subject
  let store: Store
  let count = 0
  const fresh = () => `ses_${name}_${count++}`

  beforeAll(async () => {
    subjectUnderTest = await subject()
    store = await subjectUnderTest.open()
  })
  afterAll(async () => {
    await store.close()
    await subjectUnderTest.done()
  })

  async function begun(over: Parameters<typeof newSession>[1] = {}) {
    const session = newSession(fresh(), over)
    await store.beginSession(session)
    return session
  }

  it('is healthy and at the newest schema', async () => {
    expect(await store.health()).toMatchObject({ ok: true, kind: name, waiting: 0 })
    const status = await store.migrationStatus()
    expect(status.pending).toEqual([])
    expect(status.current).toBe(status.target)
    expect(await store.migrate()).toEqual(status)
  })

  it('gives back a conversation as it was said and heard', async () => {
    const session = await begun()
    await store.write(session.id, transcript('t1', 'I need an “appointment” – mañana 🙂', 1000))
    await store.write(session.id, replyEnded('t1', 'r1', 3000))
    await store.write(session.id, ledgerOf('t1', 'r1', 3001))
    await store.endSession({ id: session.id, reason: 'hang-up', endedAtMs: session.startedAtMs + 9000 })
    expect(await store.readSession(session)).toEqual({
      ...session,
      endedAtMs: session.startedAtMs + 9000,
      endReason: 'hang-up',
      turnCount: 1,
      truncated: false,
      turns: [
        {
          id: 't1',
          user: {
            text: 'I need an “appointment” – mañana 🙂',
            origin: 'speech',
            startMs: 200,
            endMs: 900,
            atMs: 1000,
          },
          replies: [
            {
              id: 'r1',
              ended: {
                said: 'all of r1',
                heardText: 'half of r1',
                heardMs: 900.5,
                heardComplete: false,
                heardSource: 'reported',
                heardErrorMs: 20,
                interrupted: true,
                state: { step: 'r1' },
                atMs: 3000,
              },
              ledger,
            },
          ],
        },
      ],
    })
  })

  it('sums what processes counted of a session, however often and late they tell it', async () => {
    const session = await begun({ keepsUsage: true })
    expect(await store.readUsage(session)).toEqual({ kept: true, lines: [] })
    const [early, late] = [1, 2].map(times => ({ run: 'one', lines: usageLines(times) }) as const)
    const other = { run: 'other', lines: usageLines(10).slice(0, 1) }
    const writes = [late, early, other, late].map(each => store.writeUsage(session.id, each as RunUsage))
    await Promise.all([...writes, store.write(session.id, transcript('t1', 'hello', 900))])
    await store.writeUsage(session.id, early as RunUsage)
    const [llm, tts] = usageLines(1)
    expect(await store.readUsage(session)).toEqual({
      kept: true,
      lines: [usageLines(12)[0], usageLines(2)[1]],
    })
    expect([llm?.slot, tts?.slot]).toEqual(['llm', 'tts'])
    expect((await store.readSession(session))?.turns).toHaveLength(1)
    expect(await store.readUsage({ ...session, tenant: 'other' })).toBeUndefined()
    expect(await store.readUsage(await begun())).toEqual({ kept: false, lines: [] })
  })

  it('refuses what was used by a session that it does not know, and keeps what else was written', async () => {
    const session = await begun()
    const lost = store.writeUsage(sessionId('nobody'), { run: 'one', lines: usageLines(1) })
    const kept = store.writeUsage(session.id, { run: 'one', lines: usageLines(1) })
    await expect(lost).rejects.toMatchObject({ code: 'not_found' })
    await kept
    expect((await store.readUsage(session))?.lines).toHaveLength(2)
  })

  it('keeps who decided what was said', async () => {
    const session = await begun()
    const decision = { by: 'sage', cause: 'rule', rule: 'refunds', outcome: 'decided', tookMs: 900 } as const
    await store.write(session.id, { ...replyEnded('t1', 'r1', 3000), decision } as DurableEvent)
    const [turn] = (await store.readSession(session))?.turns ?? []
    expect(turn?.replies[0]?.ended?.decision).toEqual(decision)
  })

  it('keeps every reply of a turn, and a turn in which the agent spoke first', async () => {
    const session = await begun()
    await store.write(session.id, replyEnded('opening', 'r0', 500))
    await store.write(session.id, transcript('t1', 'wait', 2000))
    await store.write(session.id, replyEnded('t1', 'r1', 2500))
    await store.write(session.id, replyEnded('t1', 'r2', 4000))
    const turns = (await store.readSession(session))?.turns
    expect(turns?.map(turn => [turn.id, turn.user?.text, turn.replies.map(reply => reply.id)])).toEqual([
      ['opening', undefined, ['r0']],
      ['t1', 'wait', ['r1', 'r2']],
    ])
  })

  it('comes to the same rows whatever the order, the repetitions and the batches', async () => {
    const events = [
      transcript('t1', 'one', 1000),
      transcript('t1', 'one two', 1400),
      replyEnded('t1', 'r1', 2000),
      ledgerOf('t1', 'r1', 2001),
      replyEnded('t1', 'r2', 2600),
      transcript('t2', 'three', 5000),
      ledgerOf('t2', 'r3', 6000),
    ]
    const straight = await begun()
    for (const event of events) await store.write(straight.id, event)
    const expected = (await store.readSession(straight))?.turns
    expect(expected).toHaveLength(2)
    const shuffled = fc
      .shuffledSubarray([...events, ...events], { minLength: events.length, maxLength: 2 * events.length })
      .filter(list => events.every(event => list.includes(event)))
    await fc.assert(
      fc.asyncProperty(shuffled, fc.integer({ min: 1, max: 14 }), async (list, together) => {
        const session = await begun()
        for (let at = 0; at < list.length; at += together) {
          await Promise.all(list.slice(at, at + together).map(event => store.write(session.id, event)))
        }
        expect((await store.readSession(session))?.turns).toEqual(expected)
      }),
      { numRuns: 25 },
    )
  })

  it('does not let an older text or end replace a newer one', async () => {
    const session = await begun()
    await store.write(session.id, transcript('t1', 'the whole sentence', 900))
    await store.write(session.id, transcript('t1', 'the whole', 400))
    expect((await store.readSession(session))?.turns[0]?.user?.text).toBe('the whole sentence')
  })

  it('shows a reply without an end when only its ledger came', async () => {
    const session = await begun()
    await store.write(session.id, ledgerOf('t1', 'r1', 10))
    expect((await store.readSession(session))?.turns[0]?.replies).toEqual([{ id: 'r1', ledger }])
  })

  it('cannot tell a session of another tenant from a missing one', async () => {
    const session = await begun()
    store.appendEvents(session.id, [
      { seq: 0, event: { kind: 'ducked', atMs: 1, reply: replyId('r'), afterOnsetMs: 0 } },
    ])
    await store.flush()
    const foreign = { tenant: 'other', id: session.id }
    const missing = { tenant: 'other', id: sessionId('ses_nowhere') }
    expect(await store.readSession(foreign)).toBeUndefined()
    expect(await store.readSession(missing)).toBeUndefined()
    expect(await store.readEvents(foreign)).toEqual([])
    expect(await store.readEvents({ tenant: 'acme', id: session.id })).toHaveLength(1)
    expect((await store.listSessions({ tenant: 'other' })).sessions).toEqual([])
  })

  it('refuses to begin a session whose id belongs to another tenant', async () => {
    const session = await begun()
    await expect(store.beginSession({ ...session, tenant: 'other' })).rejects.toMatchObject({
      code: 'not_found',
    })
    expect((await store.readSession(session))?.tenant).toBe('acme')
  })

  it('begins a session again without changing it, and says where its log goes on', async () => {
    const session = newSession(fresh())
    expect(await store.beginSession(session)).toEqual({ resumed: false, nextSeq: 0 })
    store.appendEvents(session.id, [{ seq: 0, event: { kind: 'floor-changed', atMs: 1, floor: 'user' } }])
    store.appendEvents(session.id, [{ seq: 4, event: { kind: 'floor-changed', atMs: 2, floor: 'open' } }])
    await store.flush()
    const again = { ...session, agent: 'another', startedAtMs: session.startedAtMs + 5 }
    expect(await store.beginSession(again)).toEqual({ resumed: true, nextSeq: 5 })
    expect(await store.readSession(session)).toMatchObject({
      agent: 'clinic',
      startedAtMs: session.startedAtMs,
    })
  })

  it('refuses events and ends of an unknown session, and drops its log with a count', async () => {
    const nobody = sessionId('ses_nobody')
    await expect(store.write(nobody, transcript('t', 'x', 1))).rejects.toMatchObject({ code: 'not_found' })
    await expect(store.endSession({ id: nobody, reason: 'client', endedAtMs: 1 })).rejects.toMatchObject({
      code: 'not_found',
    })
    const before = (await store.health()).droppedEvents
    store.appendEvents(nobody, [
      { seq: 0, event: { kind: 'ducked', atMs: 1, reply: replyId('r'), afterOnsetMs: 0 } },
    ])
    await store.flush()
    expect((await store.health()).droppedEvents).toBe(before + 1)
  })

  it('loses only the row that is at fault, not its neighbours in the batch', async () => {
    const session = await begun()
    const outcomes = await Promise.allSettled([
      store.write(session.id, transcript('t1', 'before', 1000)),
      store.write(session.id, transcript('t2', 'bad', Number.NaN)),
      store.write(sessionId('ses_nobody'), transcript('t3', 'stray', 1000)),
      store.write(session.id, transcript('t4', 'after', 2000)),
    ])
    expect(outcomes.map(outcome => outcome.status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
      'fulfilled',
    ])
    expect((await store.readSession(session))?.turns.map(turn => turn.id)).toEqual(['t1', 't4'])
  })

  it('stores what PostgreSQL refuses in text as a replacement character', async () => {
    const session = await begun()
    await store.write(session.id, transcript('t1', 'a\0b \ud800 c\\u0000', 1000))
    const text = (await store.readSession(session))?.turns[0]?.user?.text
    expect(text).toBe('a\ufffdb \ufffd c\\u0000')
  })

  it('refuses ids the database could not keep, and finds nothing by them', async () => {
    for (const id of ['', 'a\0', '\udc00', 'x'.repeat(201)]) {
      await expect(store.beginSession(newSession(id))).rejects.toMatchObject({ code: 'bad_message' })
      expect(await store.readSession({ tenant: 'acme', id: sessionId(id) })).toBeUndefined()
    }
  })

  it('refuses an event of more than a megabyte', async () => {
    const session = await begun()
    await expect(store.write(session.id, transcript('t1', 'x'.repeat(2 << 20), 1000))).rejects.toMatchObject({
      code: 'too_large',
    })
  })

  it('keeps what is too long to be searched to its end, and its neighbours in the batch', async () => {
    const session = await begun()
    const words = (letter: string) => Array.from({ length: 110_000 }, (_, at) => letter + at).join(' ')
    await Promise.all([
      store.write(session.id, transcript('t1', 'before', 1000)),
      store.write(session.id, transcript('t2', words('w'), 1500)),
      // As dense as words can be: a character of four bytes and a space.
      store.write(
        session.id,
        transcript(
          't3',
          Array.from({ length: 40_000 }, (_, at) => String.fromCodePoint(0x20000 + at)).join(' '),
          1600,
        ),
      ),
      store.write(session.id, transcript('t4', 'after', 2000)),
    ])
    const turns = (await store.readSession(session))?.turns
    expect(turns?.map(({ id, user }) => [id, user?.text.length])).toEqual([
      ['t1', 6],
      ['t2', words('w').length],
      ['t3', 119_999],
      ['t4', 5],
    ])
    const { sessions } = await store.listSessions({ tenant: session.tenant, search: 'w100' })
    expect(sessions.map(({ id }) => id)).toContain(session.id)
    // Found, but too far behind to be shown.
    const far = await store.listSessions({ tenant: session.tenant, search: 'w5000 ' })
    expect(far.sessions[0]?.match?.parts.some(({ hit }) => hit)).toBe(false)
  })

  it('keeps the latest of several ends', async () => {
    const session = await begun()
    const endedAtMs = session.startedAtMs + 1000
    await store.endSession({ id: session.id, reason: 'lost', endedAtMs })
    await store.endSession({ id: session.id, reason: 'hang-up', endedAtMs: endedAtMs + 500 })
    await store.endSession({ id: session.id, reason: 'idle', endedAtMs: endedAtMs - 500 })
    expect(await store.readSession(session)).toMatchObject({
      endReason: 'hang-up',
      endedAtMs: endedAtMs + 500,
    })
  })

  it('lists the sessions of a tenant newest first, each once, over all pages', async () => {
    const tenant = 'lister'
    const ids: string[] = []
    for (let index = 0; index < 7; index++) {
      // Three share one moment, so that the page ends among equals.
      const startedAtMs = 1_700_000_000_123 + (index < 3 ? 0 : index)
      ids.push((await begun({ tenant, startedAtMs })).id)
    }
    const seen: string[] = []
    let before: string | undefined
    do {
      const page = await store.listSessions({ tenant, limit: 2, ...(before === undefined ? {} : { before }) })
      seen.push(...page.sessions.map(session => session.id))
      before = page.next
    } while (before !== undefined)
    expect(seen).toHaveLength(7)
    expect(seen.slice(0, 4)).toEqual(ids.slice(3).reverse())
    expect(new Set(seen)).toEqual(new Set(ids))
  })

  findsWhatWasSaid(() => store)

  it('refuses a page mark it did not give out', async () => {
    for (const before of ['', 'x', 'bm90aGluZw', Buffer.from('9e99:x').toString('base64url')]) {
      await expect(store.listSessions({ tenant: 'acme', before })).rejects.toMatchObject({
        code: 'bad_message',
      })
    }
  })

  it('reads the log in order from any entry on, and ignores an entry that comes twice', async () => {
    const session = await begun()
    const entries = [0, 1, 2, 3].map(seq => ({
      seq,
      event: { kind: 'note' as const, atMs: seq * 10, data: { seq, text: 'Ω' } },
    }))
    store.appendEvents(session.id, entries.slice().reverse())
    store.appendEvents(session.id, entries.slice(1, 2))
    await store.flush()
    expect(await store.readEvents(session)).toEqual(entries)
    expect(await store.readEvents({ ...session, fromSeq: 2, limit: 1 })).toEqual(entries.slice(2, 3))
  })

  it('takes a thousand writes at once and has them all', async () => {
    const session = await begun()
    await Promise.all(
      Array.from({ length: 1000 }, (_, index) =>
        store.write(session.id, transcript(`t${index}`, `sentence ${index}`, 1000 + index)),
      ),
    )
    const turns = (await store.readSession(session))?.turns ?? []
    expect(turns.map(turn => turn.user?.text)).toEqual(
      Array.from({ length: 1000 }, (_, index) => `sentence ${index}`),
    )
  })

  it('flushes when it closes, refuses what comes after, and has it all when opened again', async () => {
    const session = await begun()
    const writes = Array.from({ length: 50 }, (_, index) =>
      store.write(session.id, transcript(`t${index}`, 'last words', 1000 + index)),
    )
    store.appendEvents(session.id, [{ seq: 0, event: { kind: 'floor-changed', atMs: 1, floor: 'user' } }])
    const closing = store.close()
    const late = store.write(session.id, transcript('late', 'too late', 1))
    await expect(late).rejects.toBeInstanceOf(ParleyError)
    await expect(late).rejects.toMatchObject({ code: 'store_unavailable', retryable: true })
    await Promise.all([...writes, closing, store.close()])
    expect((await store.health()).ok).toBe(false)
    store = await subjectUnderTest.open()
    expect((await store.readSession(session))?.turnCount).toBe(50)
    expect(await store.readEvents(session)).toHaveLength(1)
  })
})
