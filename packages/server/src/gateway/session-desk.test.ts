import { readFile } from 'node:fs/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { readWav } from '@parley/audio'
import type { SessionId } from '@parley/core'
import type { NewSession } from '@parley/platform'
import { describe, expect, it } from 'vitest'
import { openTestDesk, TestLeg } from './desk.test-kit.js'

const principal = { tenant: 'acme', subject: 'ada' }
const never = new AbortController().signal
/** A human voice from its first word on. */
const speech = new URL('../../../../fixtures/audio/clips/en-cannot-complete-as-dialed.wav', import.meta.url)

const hello = (language?: string) =>
  ({ type: 'hello', version: 1, ...(language === undefined ? {} : { language }) }) as never

function open(
  desk: Awaited<ReturnType<typeof openTestDesk>>['desk'],
  leg: TestLeg,
  language?: string,
  begins: (session: SessionId) => void = () => {},
) {
  return desk.open({ hello: hello(language), principal, transport: leg, signal: never, begins })
}

describe('the desk', () => {
  it('forgets what ended: 2,000 sessions leave no object, no timer, no detector and no one active', async () => {
    const { desk, clock, ends, rows, metrics, voiceActivity, prosody } = await openTestDesk()
    let unfollowed = 0
    const follower = { told() {}, ended: () => void unfollowed++ }
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    const legs: WeakRef<TestLeg>[] = []
    const frame = { samples: new Int16Array(320), rate: 16_000, atMs: 0 }
    let memoryBytes = 0
    async function talk(): Promise<void> {
      const leg = new TestLeg()
      legs.push(new WeakRef(leg))
      const isFollowed = legs.length % 10 === 0
      await open(desk, leg, undefined, session => {
        if (isFollowed) prosody.follow({ session, tenant: 'acme' }, follower)
      })
      leg.inbox?.audio(frame)
      leg.inbox?.text('hello')
      await clock.advance(60)
      leg.inbox?.closed('client')
      await clock.advance(20)
    }
    for (let index = 0; index < 2_000; index++) {
      await talk()
      if (index === 20) memoryBytes = voiceActivity.memoryBytes
    }
    await clock.advance(1_000)
    collect()
    expect(ends).toHaveLength(2_000)
    expect(rows.length).toBeGreaterThanOrEqual(4_000)
    expect([desk.active, prosody.sessions, unfollowed]).toEqual([0, 0, 200])
    expect(clock.pending).toBe(0)
    expect(voiceActivity.memoryBytes).toBe(memoryBytes)
    expect(await metrics.registry.getSingleMetricAsString('voice_sessions_active')).toContain(' 0')
    // The newest may still be on the stack.
    expect(legs.filter(leg => leg.deref() !== undefined).length).toBeLessThanOrEqual(2)
  }, 120_000)

  it('lets a conversation be followed before anything of it leaves, and by whom it belongs to again', async () => {
    const { desk, prosody, clock } = await openTestDesk()
    const leg = new TestLeg()
    const told: string[] = []
    const begins = (at: TestLeg) => (session: SessionId) => {
      told.push(`${session} ${at.kinds.length} ${at.inbox === undefined}`)
      prosody.follow(
        { session, tenant: 'acme' },
        { told() {}, event: ({ kind }) => told.push(kind), ended() {} },
      )
    }
    const { session, resumeToken } = await open(desk, leg, undefined, begins(leg))
    expect(told.slice(0, 2)).toEqual([`${session} 0 true`, 'session-started'])
    expect([desk.subjectOf(session), desk.subjectOf('ses_9')]).toEqual(['ada', undefined])
    leg.inbox?.closed('lost')
    await clock.advance(20)
    const next = new TestLeg()
    const request = { hello: hello(), principal, transport: next, signal: never, begins: begins(next) }
    await desk.resume({ ...request, token: resumeToken })
    expect(told).toContain(`${session} 0 true`)
    expect(told.filter(line => line.startsWith('ses'))).toHaveLength(3)
  })

  it('speaks the language of the agent to a caller who wants one that it does not speak', async () => {
    const { desk } = await openTestDesk()
    expect(await open(desk, new TestLeg(), 'fr')).toMatchObject({ language: 'en' })
    expect(await open(desk, new TestLeg(), 'es-MX')).toMatchObject({ language: 'es-MX' })
  })

  it('begins a session for a Realtime client with the agent that its model names, or the default one, in silence', async () => {
    const rows: NewSession[] = []
    const { desk, clock, metrics } = await openTestDesk(async row => void rows.push(row))
    const leg = new TestLeg()
    const begin = (model: string, language?: string) =>
      desk.openRealtime({
        model,
        principal,
        transport: leg,
        signal: never,
        ...(language === undefined ? {} : { language }),
      })
    expect(await begin('recepción')).toMatchObject({ agent: 'recepción', language: 'es' })
    expect(await begin('gpt-realtime-2.1')).toMatchObject({ agent: 'front-desk', language: 'en' })
    expect(await begin('gpt-realtime-2.1', 'es')).toMatchObject({ agent: 'recepción', language: 'es' })
    expect(rows.map(({ edge }) => edge)).toEqual(['realtime', 'realtime', 'realtime'])
    expect(await metrics.registry.metrics()).toContain('parley_sessions_total{edge="realtime"} 3')
    await clock.advance(1_000)
    expect(leg.kinds).not.toContain('reply-started')
  })

  it('drains: lets a caller speak out and be answered, closes with the reason, and takes no more', async () => {
    const { desk, clock, ends } = await openTestDesk()
    const [quiet, speaking] = [new TestLeg(), new TestLeg()]
    await open(desk, quiet)
    await open(desk, speaking)
    const { samples, sampleRate } = readWav(await readFile(speech))
    const say = async (from: number, count: number) => {
      const size = sampleRate / 50
      for (let at = from; at < from + count; at += size) {
        const frame = new Int16Array(size)
        frame.set(samples.subarray(at, at + size))
        speaking.inbox?.audio({ samples: frame, rate: sampleRate, atMs: (at * 1_000) / sampleRate })
        await clock.advance(20)
      }
    }
    await say(0, sampleRate)
    expect(speaking.kinds).toContain('speech-started')
    const drained = desk.drain(never)
    await say(sampleRate, sampleRate / 2)
    expect([quiet.closedBy, speaking.closedBy]).toEqual(['draining', undefined])
    expect(quiet.kinds.at(-1)).toBe('session-ended')
    await say(samples.length, 3 * sampleRate)
    await drained
    expect(speaking.closedBy).toBe('draining')
    expect(speaking.kinds.slice(-4)).toContain('reply-ended')
    expect(ends).toMatchObject([{ reason: 'draining' }, { reason: 'draining' }])
    await expect(open(desk, new TestLeg())).rejects.toMatchObject({ code: 'draining' })
  })

  it('begins no session that the store made known only after the drain', async () => {
    let known: () => void = () => {}
    const { desk, clock, ends } = await openTestDesk(
      () =>
        new Promise(resolve => {
          known = resolve
        }),
    )
    const opening = open(desk, new TestLeg())
    const drained = desk.drain(never)
    await clock.advance(100)
    await drained
    known()
    await expect(opening).rejects.toMatchObject({ code: 'draining' })
    expect(desk.active).toBe(0)
    expect(ends).toMatchObject([{ reason: 'draining' }])
  })
})
