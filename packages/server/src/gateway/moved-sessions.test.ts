import { createMemoryResumeShelf } from '@parley/platform'
import { describe, expect, it } from 'vitest'
import { openTestDesk, TestLeg } from './desk.test-kit.js'
import { createDevices } from './device-socket.test-kit.js'
import { createMovedSessions } from './moved-sessions.js'

const ana = { tenant: 'acme', subject: 'ana' }
const never = new AbortController().signal

/** Nodes that share a shelf and nothing else. */
function createNodes() {
  let nowMs = 0
  const shelf = createMemoryResumeShelf({ now: () => nowMs })
  let count = 0
  async function node() {
    const at = await openTestDesk(undefined, {}, clock => ({
      moved: createMovedSessions({
        ...{ shelf, clock, shared: false, forMs: 30_000, log: { warn() {} } },
        ids: { next: prefix => `${prefix}_${++count}` },
      }),
    }))
    return { ...at, open: createDevices({ host: at.desk, clock: at.clock }) }
  }
  async function leave({ desk, clock }: Awaited<ReturnType<typeof node>>): Promise<void> {
    const drained = desk.drain(never)
    await clock.advance(2_000)
    await drained
  }
  return {
    node,
    leave,
    pass(ms: number) {
      nowMs += ms
    },
  }
}

/** One that asked something at a node which then left; where its client may come back. */
async function leftBehind() {
  const nodes = createNodes()
  const first = await nodes.node()
  const client = await first.open(ana)
  client.say({ type: 'text', text: 'What are your opening hours?' })
  await first.clock.advance(10_000)
  const { session = '', resumeToken = '' } = client.last('ready') ?? {}
  const asked = client.of('reply-ended').length
  await nodes.leave(first)
  return { nodes, first, client, session, resume: resumeToken, asked }
}

describe('a conversation whose node leaves', () => {
  it('goes on at the node to which its speaker comes back, as the same one, and greets nobody twice', async () => {
    const { nodes, first, client, session, resume, asked } = await leftBehind()
    expect(asked).toBeGreaterThan(0)
    expect(client.last('error')).toMatchObject({ code: 'draining', fatal: true })
    expect(client.closed).toMatchObject({ code: 1012 })
    // Whoever never came back has a conversation that is over.
    expect(first.ends).toMatchObject([{ id: session, reason: 'draining' }])
    const second = await nodes.node()
    const back = await second.open(ana, { resume })
    expect(back.last('ready')).toMatchObject({
      ...{ session, resumed: true, agent: 'front-desk', language: 'en', role: 'speaker' },
      receivedMs: expect.any(Number),
    })
    expect(back.last('ready')?.resumeToken).not.toBe(resume)
    await second.clock.advance(5_000)
    expect(back.of('reply-started')).toEqual([])
    back.say({ type: 'text', text: 'Thank you.' })
    await second.clock.advance(1_000)
    expect(back.of('transcript-final')).toMatchObject([{ text: 'Thank you.' }])
    const tablet = await second.open(ana, { join: { session, as: 'listener' } })
    const texts = tablet
      .last('history')
      ?.entries.map(entry => (entry.kind === 'user' ? entry.text : entry.said))
    expect(texts).toEqual(expect.arrayContaining(['What are your opening hours?']))
  })

  it('is given once, and to nobody else', async () => {
    const { nodes, resume } = await leftBehind()
    const second = await nodes.node()
    const refused = { code: 'resume_failed', fatal: true }
    for (const other of [
      { tenant: 'acme', subject: 'eve' },
      { tenant: 'globex', subject: 'ana' },
    ]) {
      expect((await second.open(other, { resume })).last('error')).toMatchObject(refused)
    }
    expect((await second.open(ana, { resume: `${resume}x` })).last('error')).toMatchObject(refused)
    expect((await second.open(ana, { resume })).last('ready')).toMatchObject({ resumed: true })
    await second.clock.advance(250)
    nodes.pass(10_000)
    expect((await second.open(ana, { resume })).last('error')).toMatchObject(refused)
  })

  it('waits for the next node where the first to which it comes leaves as well', async () => {
    const { nodes, session, resume } = await leftBehind()
    const second = await nodes.node()
    await nodes.leave(second)
    expect((await second.open(ana, { resume })).last('error')).toMatchObject({ code: 'draining' })
    await second.clock.advance(250)
    nodes.pass(5_000)
    const third = await nodes.node()
    expect((await third.open(ana, { resume })).last('ready')).toMatchObject({ session, resumed: true })
  })

  it('ends where its client cannot come back to another node', async () => {
    const nodes = createNodes()
    const first = await nodes.node()
    const leg = new TestLeg()
    await first.desk.openRealtime({ model: 'front-desk', principal: ana, transport: leg, signal: never })
    await nodes.leave(first)
    expect(leg.closedBy).toBe('draining')
    expect(first.ends).toMatchObject([{ reason: 'draining' }])
  })
})
