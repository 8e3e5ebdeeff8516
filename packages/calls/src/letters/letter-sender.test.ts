import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { VirtualClock } from '@parley/sim'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { OutboxMessage } from '../store/call-store.js'
import { createLetterSender, type LetterNews, type LetterSenderOptions } from './letter-sender.js'
import { nextTry } from './retry-plan.js'
import { signLetter, verifyLetter } from './sign-letter.js'

const NOW_MS = 1_750_000_000_000
const secret = 'whsec_test'
const got: { id: string; event: string; path: string; ok: boolean }[] = []
const silent: (() => void)[] = []
const server = createServer(async (request, response) => {
  let body = ''
  for await (const chunk of request) body += chunk
  const signature = request.headers['parley-signature'] as string
  const path = request.url ?? ''
  got.push({
    id: String(request.headers['parley-letter-id']),
    event: String(request.headers['parley-event']),
    path,
    ok: verifyLetter({ signature, body, secrets: ['old', secret], nowMs: NOW_MS }).ok,
  })
  if (path.startsWith('/silent')) return void silent.push(() => response.writeHead(200).end())
  const status = Number(/\d{3}/.exec(path)?.[0] ?? 200)
  response
    .writeHead(status, status === 302 ? { location: '/200' } : { 'retry-after': '600' })
    .end('x'.repeat(100_000))
})
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const port = (server.address() as AddressInfo).port
const at = (path: string, host = '127.0.0.1') => `http://${host}:${port}${path}`
afterAll(() => server.close())

function letter(id: string, target: string, over: Partial<OutboxMessage> = {}): OutboxMessage {
  return {
    id,
    tenant: 'acme',
    kind: 'webhook',
    target,
    body: { event: 'call.completed', agent: 'a' },
    atMs: NOW_MS,
    tries: 1,
    ...over,
  }
}

function rig(letters: readonly OutboxMessage[], over: Partial<LetterSenderOptions> = {}) {
  const waiting = [...letters]
  const sent: string[] = []
  const not = new Map<string, { problem: string; nextAtMs: number | undefined }>()
  const news: LetterNews[] = []
  const clock = new VirtualClock()
  const sender = createLetterSender({
    callStore: {
      takeOutbox: async (_now, limit) => waiting.splice(0, limit),
      sent: async id => void sent.push(id),
      notSent: async (id, problem, nextAtMs) => void not.set(id, { problem, nextAtMs }),
    },
    fetch,
    signerOf: ({ target }) => (target.endsWith('/nobody') ? undefined : { url: target, secret }),
    clock,
    epochMs: () => NOW_MS,
    random: () => 0,
    address: { allowPrivate: true },
    tell: each => news.push(each),
    ...over,
  })
  return { sender, sent, not, news, clock }
}
const never = new AbortController().signal

describe('letters', () => {
  it('arrive signed, and are dead, tried again or led nowhere as the answer says', async () => {
    const { sender, sent, not, news } = rig([
      letter('good', at('/200')),
      letter('gone', at('/410')),
      letter('busy', at('/503')),
      letter('led', at('/302')),
      letter('old', at('/500'), { tries: 9, atMs: NOW_MS - 86_400_000 }),
      letter('nobody', at('/nobody')),
    ])
    expect(await sender.run(never)).toBe(1)
    expect(sent).toEqual(['good'])
    expect(got.find(({ id }) => id === 'good')).toEqual({
      id: 'good',
      event: 'call.completed',
      path: '/200',
      ok: true,
    })
    expect(not.get('gone')?.nextAtMs).toBeUndefined()
    expect(not.get('old')?.nextAtMs).toBeUndefined()
    expect(not.get('nobody')?.nextAtMs).toBeUndefined()
    expect(not.get('busy')?.nextAtMs).toBe(NOW_MS + 600_000)
    expect(not.get('led')).toMatchObject({
      problem: expect.stringMatching(/302; redirects are not followed/),
    })
    expect(not.get('led')?.nextAtMs).toBeGreaterThan(NOW_MS)
    expect(news.map(({ kind }) => kind).sort()).toEqual(['dead', 'dead', 'dead', 'failed', 'failed', 'sent'])
    expect(JSON.stringify([...not])).not.toContain(secret)
  })

  it('go to no private address', async () => {
    const targets = [at('/x'), 'https://10.0.0.1/x', 'https://inside.example/x', 'https://u:p@a.example/x']
    const { sender, not } = rig(
      targets.map((target, index) => letter(`l${index}`, target)),
      { address: {}, resolve: async () => ['169.254.169.254'] },
    )
    await sender.run(never)
    expect([...not.values()].map(({ nextAtMs }) => nextAtMs)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ])
  })

  it('pass a target that does not answer', async () => {
    const slow = Array.from({ length: 300 }, (_, index) => letter(`slow${index}`, at('/silent', 'localhost')))
    const { sender, sent, not, clock } = rig(
      [...slow.slice(0, 4), letter('a', at('/200')), letter('b', at('/200'))],
      {
        lanes: { perHost: 2 },
      },
    )
    const run = sender.run(never)
    await expect.poll(() => [sent.length, silent.length], { interval: 2 }).toEqual([2, 2])
    while (not.size < 4) {
      await clock.advance(1_000)
      await new Promise(resolve => setImmediate(resolve))
    }
    await run
    expect(not.get('slow0')?.problem).toMatch(/did not answer within 10000 ms/)
  })

  it('of a slow host are let lie in the outbox, and those of others pass them', async () => {
    const slow = Array.from({ length: 40 }, (_, index) => letter(`lain${index}`, at('/silent', 'localhost')))
    const { sender, sent, not, clock } = rig(slow.slice(0, 2), {
      lanes: { perHost: 2, waitingSlow: 3, waiting: 20, slowMs: 2_000 },
      callStore: {
        takeOutbox: async (_now, limit) => outbox.splice(0, limit),
        sent: async id => void sent.push(id),
        notSent: async id => void not.set(id, { problem: '', nextAtMs: undefined }),
      },
    })
    const outbox = slow.slice(0, 2)
    const before = silent.length
    const run = sender.run(never)
    await expect.poll(() => silent.length - before, { interval: 2 }).toBe(2)
    // From here on the host is known to be slow, since it has been waited for.
    await clock.advance(2_500)
    outbox.push(...slow.slice(2), letter('quick', at('/200')))
    await clock.advance(1_000)
    await expect
      .poll(
        async () => {
          await clock.advance(100)
          return sent
        },
        { interval: 2 },
      )
      .toEqual(['quick'])
    expect(outbox).toEqual([])
    for (const answer of silent.splice(before)) answer()
    while (sent.length < 6) {
      for (const answer of silent.splice(before)) answer()
      await new Promise(resolve => setImmediate(resolve))
    }
    await clock.advance(1_000)
    await run
    // Two under way, three that waited; 35 lie until their lease is over, and nobody was told that they failed.
    expect([sent.length, not.size]).toEqual([6, 0])
  })

  it('of kind lead go to whoever keeps leads', async () => {
    const applied: string[] = []
    const { sender, sent } = rig([letter('lead', 'supabase', { kind: 'lead' })], {
      applyLead: async ({ id }) => void applied.push(id),
    })
    await sender.run(never)
    expect([applied, sent]).toEqual([['lead'], ['lead']])
  })
})

describe('a signature', () => {
  it('holds for its body, its secret and its time, and for nothing else', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), fc.string(), (body, key, other) => {
        const signature = signLetter(key, body, NOW_MS / 1_000)
        const verdict = (over: object) =>
          verifyLetter({ signature, body, secrets: [key], nowMs: NOW_MS, ...over }).ok
        expect(verdict({})).toBe(true)
        expect(verdict({ nowMs: NOW_MS + 300_001 })).toBe(false)
        expect(verdict({ body: other })).toBe(other === body)
        expect(verdict({ signature: other })).toBe(false)
        expect(verdict({ secrets: [`${key}x`, ''] })).toBe(false)
      }),
    )
  })
})

describe('the next try', () => {
  it('comes later and later, within two hours, and ends after a day', () => {
    let nowMs = NOW_MS
    const waits: number[] = []
    for (let tries = 1; ; tries++) {
      const next = nextTry({}, { tries, writtenAtMs: NOW_MS, nowMs, random: 0.5 })
      if (next === undefined) break
      waits.push(next - nowMs)
      nowMs = next
    }
    expect(waits[0]).toBeLessThanOrEqual(5_000)
    expect(waits).toEqual([...waits].sort((one, other) => one - other))
    expect(Math.max(...waits)).toBeLessThanOrEqual(7_200_000)
    expect(nowMs - NOW_MS).toBeLessThanOrEqual(86_400_000)
    expect(nowMs - NOW_MS).toBeGreaterThan(79_000_000)
  })
})
