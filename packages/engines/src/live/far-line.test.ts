import { ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { createLiveEngine } from './live-engine.js'
import { fakeModel, fakeReasoner, liveRig } from './live-rig.test-kit.js'

const lost = (retryable = true) => ({
  kind: 'lost' as const,
  error: new ParleyError(retryable ? 'provider_failed' : 'provider_refused', 'gone', { retryable }),
})

describe('a line of several sessions', () => {
  const ready = (expiresAtMs?: number) => ({
    kind: 'ready' as const,
    ...(expiresAtMs === undefined ? {} : { expiresAtMs }),
  })

  it('changes the session in a quiet moment before the vendor ends it, without a gap', async () => {
    const rig = liveRig({ renewBeforeMs: 10_000 })
    rig.history.push({ role: 'user', turn: 't0' as never, text: 'hello', atMs: 0 })
    rig.model.last.emit(ready(20_000))
    await rig.frames(9_000)
    rig.hears('wait')
    await rig.frames(1_500)
    const [first, second] = rig.model.ends
    expect(second?.options.memory).toEqual([{ role: 'user', text: 'hello' }])
    rig.history.push({ role: 'user', turn: 't1' as never, text: 'more', atMs: 0 })
    rig.link.boundary?.({ kind: 'speech-start', atMs: 0 })
    second?.emit(ready(40_000))
    await rig.frames(500)
    expect([first?.closed, second?.heardMs]).toEqual([false, 0])
    rig.link.boundary?.({ kind: 'speech-end', atMs: 0 })
    await rig.frames(500)
    expect(first?.closed).toBe(true)
    expect((first?.heardMs ?? 0) + (second?.heardMs ?? 0)).toBe(11_500)
    expect(second?.thought).toEqual([{ text: 'Said meanwhile:\nuser: more', id: undefined }])
    rig.hears('here')
    expect(rig.evidence.at(-1)).toMatchObject({ text: 'here', atMs: 11_500 })
  })

  it('does not change it ever again where its life is told to be short', async () => {
    const rig = liveRig()
    for (let second = 0; second < 21; second++) {
      rig.model.last.emit(ready(rig.clock.now() + 1_000))
      await rig.clock.advance(1_000)
    }
    expect(rig.model.ends.length).toBeLessThanOrEqual(5)
  })

  it('changes it even in the middle of a word when there is no time left', async () => {
    const rig = liveRig({ renewBeforeMs: 5_000 })
    rig.model.last.emit(ready(10_000))
    await rig.clock.advance(5_000)
    rig.link.boundary?.({ kind: 'speech-start', atMs: 0 })
    rig.model.last.emit(ready())
    await rig.frames(3_000, 900)
    expect(rig.model.ends[0]?.closed).toBe(false)
    await rig.frames(1_000, 900)
    expect(rig.model.ends[0]?.closed).toBe(true)
    // All that was said and not answered is told again.
    expect(rig.model.ends[1]?.voicedMs).toBe(4_000)
  })

  it('opens another session when one is lost, and tells it what was not answered', async () => {
    const rig = liveRig()
    rig.model.last.emit(ready())
    await rig.frames(1_000)
    await rig.frames(600, 900)
    rig.model.last.emit(lost())
    await rig.frames(240, 900)
    expect(rig.model.ends).toHaveLength(1)
    await rig.frames(20, 900)
    expect(rig.model.ends).toHaveLength(2)
    await rig.frames(100)
    expect(rig.model.last.voicedMs).toBe(860)
    expect(rig.model.last.heardMs).toBe(200 + 860 + 100)
    expect(rig.warnings).toHaveLength(1)
    // Its time began 200 ms before the first voice, at 800 ms.
    rig.model.last.emit({ kind: 'heard', text: ' hi', startMs: 200, endMs: 300 })
    expect(rig.evidence.at(-1)).toMatchObject({ startMs: 1_000, atMs: 1_100 })
  })

  it('waits longer after each failure, and goes on with a decision and with speech that broke off', async () => {
    const reasoner = fakeReasoner()
    const rig = liveRig({ reasoner })
    rig.model.last.emit(ready())
    rig.model.last.emit({ kind: 'delegation', id: 'd1', atMs: 0 })
    await rig.speak('let me see')
    rig.model.last.emit(lost())
    await rig.clock.advance(250)
    expect(rig.answers[0]?.over).toBe(true)
    rig.model.last.emit(lost())
    await rig.clock.advance(499)
    expect(rig.model.ends).toHaveLength(2)
    await rig.clock.advance(1)
    expect(rig.model.ends).toHaveLength(3)
    rig.model.last.emit(ready())
    expect(rig.model.last.instructed[0]).toContain('line to the caller broke')
    reasoner.answer('Granted.')
    await rig.clock.advance(0)
    expect(rig.model.last.told).toEqual([{ text: 'Granted.', id: undefined }])
  })

  it('takes the next model at once where one fails', async () => {
    const clock = new VirtualClock()
    const models = [fakeModel(), fakeModel({ name: 'second' })] as const
    const rig = liveRig({ models: [...models] }, clock)
    models[0].last.emit(lost(false))
    await clock.advance(0)
    models[1].last.emit(ready())
    await rig.speak('hello', models[1].last)
    expect(rig.answers[0]?.words).toBe('hello')
    models[1].last.emit(lost())
    await clock.advance(500)
    expect([models[0].ends.length, models[1].ends.length]).toEqual([1, 2])
  })

  it('fails replies at once when no model is left, and late while none answers', async () => {
    const refused = liveRig()
    refused.model.last.emit(lost(false))
    const answer = refused.ask()
    await refused.clock.advance(0)
    expect(answer.error).toMatchObject({ code: 'provider_refused' })
    const down = liveRig()
    down.model.last.emit(lost())
    const waiting = down.ask()
    await down.clock.advance(7_999)
    expect(waiting.over).toBe(false)
    await down.clock.advance(1)
    expect(waiting.error).toMatchObject({ code: 'provider_failed' })
  })

  it('tells what was told to nobody, or to a session that never stood, to the next', async () => {
    const rig = liveRig({ greeting: 'Welcome.' })
    rig.ask({ origin: 'opening' })
    expect(rig.model.last.told).toHaveLength(1)
    rig.model.last.emit(lost())
    rig.ask({ origin: 'prompt', text: 'Are you there?' })
    await rig.clock.advance(250)
    expect(rig.model.last.told.map(({ text }) => text)).toEqual(['Welcome.', 'Are you there?'])
    rig.model.last.emit(ready())
    rig.model.last.emit(lost())
    await rig.clock.advance(500)
    expect([rig.model.ends.length, rig.model.last.told]).toEqual([3, []])
  })

  it('goes on with the renewed session when the old one is lost first', async () => {
    const rig = liveRig({ renewBeforeMs: 5_000 })
    rig.model.last.emit(ready(10_000))
    await rig.clock.advance(5_000)
    rig.model.ends[0]?.emit(lost())
    rig.model.last.emit(ready())
    await rig.speak('still here')
    expect(rig.model.ends).toHaveLength(2)
    expect(rig.answers[0]?.words).toBe('still here')
  })

  it('takes no models that want different rates', () => {
    const clock = new VirtualClock()
    expect(() => liveRig({ models: [fakeModel(), fakeModel({ rate: 8_000 })] }, clock)).toThrow(
      /different rates/,
    )
    expect(() => createLiveEngine({ models: [], instructions: '' })).toThrow(/needs a model/)
  })
})
