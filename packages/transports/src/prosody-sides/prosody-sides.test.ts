import type { ReplyId, SessionId } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { lookOn, reply, session } from './sides.test-kit.js'

const other = 'rpl_2' as ReplyId

describe('the sides of a conversation', () => {
  it('are analysed only while somebody follows, once for all who want the same', () => {
    const { hear, say, followed, analysers } = lookOn()
    hear(0, 400)
    say(0, 400)
    expect(analysers()).toBe(0)
    const [first, second] = [followed(), followed()]
    hear(400, 800)
    say(400, 800)
    expect(analysers()).toBe(2)
    expect(second.told).toEqual(first.told)
    expect(first.frames('user').length).toBeGreaterThan(5)
    first.stop?.()
    first.stop?.()
    second.stop?.()
    const before = second.told.length
    hear(800, 1_200)
    say(800, 1_200)
    expect([second.told.length, analysers()]).toEqual([before, 2])
    followed({ hopMs: 20, sides: ['user'] })
    hear(1_200, 1_400)
    expect(analysers()).toBe(3)
  })

  it('are nobody’s of another tenant, before they are there and after they are over', () => {
    const { sides, event, followed } = lookOn()
    const follower = { told() {}, ended() {} }
    expect(sides.follow({ session, tenant: 'other' }, follower)).toBeUndefined()
    expect(sides.follow({ session: 'ses_2' as SessionId, tenant: 'acme' }, follower)).toBeUndefined()
    const { ended, events } = followed()
    event({ kind: 'session-ended', reason: 'client' } as never)
    expect([ended(), events, sides.sessions]).toEqual([1, ['session-ended'], 0])
    expect(sides.follow({ session, tenant: 'acme' }, follower)).toBeUndefined()
  })

  it('refuse a hop out of range and more followers than they can serve', () => {
    const { sides } = lookOn()
    const follower = { told() {}, ended() {} }
    for (const hopMs of [0, 15, 101, Number.NaN])
      expect(() => sides.follow({ session, tenant: 'acme', hopMs }, follower)).toThrow(/16 to 100/)
    for (let count = 0; count < 16; count++) sides.follow({ session, tenant: 'acme' }, follower)
    expect(() => sides.follow({ session, tenant: 'acme' }, follower)).toThrow(/16 follow/)
  })

  it('are over for all who follow if they cannot be analysed', () => {
    const { sides, hear, followed } = lookOn({
      analyser: () => {
        throw new RangeError('no such rate')
      },
    })
    const { ended } = followed()
    expect(() => hear(0, 20)).toThrow('no such rate')
    expect([ended(), sides.sessions]).toEqual([1, 0])
  })

  it('go on for the others when a follower fails', () => {
    const { sides, hear, followed } = lookOn()
    const fails = () => {
      throw new Error('gone')
    }
    sides.follow({ session, tenant: 'acme' }, { told: fails, event: fails, ended: fails })
    const { frames } = followed()
    hear(0, 400)
    expect(frames('user').length).toBeGreaterThan(5)
  })
})

describe('the caller’s side', () => {
  it('stands in media time, also behind a gap, and says when that was spoken', () => {
    const { hear, followed, time } = lookOn()
    hear(0, 100)
    const { frames, of } = followed({ sides: ['user'] })
    hear(100, 600)
    time.nowMs += 2_000
    hear(2_600, 3_000)
    for (const { atMs, energy } of frames('user')) expect(Math.abs(energy - atMs)).toBeLessThanOrEqual(1)
    expect(frames('user').some(({ atMs }) => atMs > 600 && atMs < 2_600)).toBe(false)
    expect(frames('user').some(({ atMs }) => atMs > 2_650)).toBe(true)
    for (const message of of('prosody'))
      expect(message.heardAtMs).toBeCloseTo(message.frames[0]?.atMs ?? 0, 0)
  })

  it('tells an utterance when it is over', () => {
    const { hear, followed } = lookOn()
    const { of } = followed({ sides: ['user'] })
    hear(0, 1_500, ms => (ms >= 200 && ms < 700 ? 5 : 0))
    expect(of('utterance')).toMatchObject([{ side: 'user', utterance: { fromMs: 200, untilMs: 700 } }])
    expect(of('utterance')[0]).not.toHaveProperty('reply')
  })
})

describe('the agent’s side', () => {
  it('stands in the reply’s audio and says when that is heard', () => {
    const { say, event, followed } = lookOn()
    const { frames, of } = followed({ sides: ['agent'] })
    say(0, 600, reply, 250)
    event({ kind: 'reply-sent', reply, totalMs: 600 } as never)
    for (const { atMs, energy } of frames('agent')) expect(Math.abs(energy - atMs)).toBeLessThanOrEqual(1)
    // To its end, although an analyser holds the last of it back.
    expect(frames('agent').at(-1)?.atMs).toBeGreaterThan(600 - 32)
    for (const message of of('prosody')) {
      expect(message).toMatchObject({ side: 'agent', reply })
      expect(message.heardAtMs).toBeCloseTo(250 + (message.frames[0]?.atMs ?? 0), 0)
    }
  })

  it('is told at once what is thrown away, and again what is sent again, in its place', () => {
    const { say, tap, time, followed, analysers } = lookOn()
    const { told, of } = followed({ sides: ['agent'] })
    say(0, 600)
    time.nowMs += 300
    tap.agentCleared?.(reply, 280.0004)
    const at = told.findIndex(({ type }) => type === 'cleared')
    expect(told[at]).toEqual({ type: 'cleared', reply, heardMs: 280 })
    expect(at).toBe(told.length - 1)
    time.nowMs += 500
    say(280, 800)
    const again = of('prosody')
      .filter(message => told.indexOf(message) > at)
      .flatMap(({ frames, heardAtMs }) => frames.map(frame => ({ ...frame, heardAtMs })))
    expect(again[0]?.atMs).toBeLessThan(280 + 40)
    expect(again[0]?.atMs).toBeGreaterThanOrEqual(280)
    for (const { atMs, energy } of again) expect(Math.abs(energy - atMs)).toBeLessThanOrEqual(1)
    expect(again[0]?.heardAtMs).toBeCloseTo(800 + 100 + (again[0]?.atMs ?? 0) - 280, 0)
    expect(analysers()).toBe(1)
  })

  it('tells nothing of what was thrown away before it was analysed', () => {
    const { say, tap, followed } = lookOn()
    const { frames } = followed({ sides: ['agent'] })
    say(0, 200)
    const before = frames('agent').length
    tap.agentCleared?.(reply, 60)
    expect(
      frames('agent')
        .slice(before)
        .every(({ atMs }) => atMs <= 60),
    ).toBe(true)
    tap.agentCleared?.(reply, 60)
    tap.agentCleared?.(other, 0)
  })

  it('keeps replies apart that follow each other', () => {
    const { say, followed } = lookOn()
    const { of } = followed({ sides: ['agent'] })
    say(0, 300)
    say(0, 300, other)
    const replies = of('prosody').map(message => (message.side === 'agent' ? message.reply : undefined))
    expect([...new Set(replies)]).toEqual([reply, other])
    for (const { frames } of of('prosody'))
      for (const { atMs, energy } of frames) expect(Math.abs(energy - atMs)).toBeLessThanOrEqual(1)
  })

  it('tells an utterance of each reply, however close they follow each other', () => {
    const { say, followed } = lookOn()
    const { of } = followed()
    say(0, 400, reply, 0, () => 7)
    say(0, 600, other, 0, () => 7)
    expect(of('utterance')).toMatchObject([{ reply, utterance: { fromMs: 0, untilMs: 400 } }])
  })

  it('tells an utterance while the agent is silent, by place in its reply', () => {
    const { say, hear, followed, event } = lookOn()
    const { of } = followed()
    say(0, 600, reply, 0, () => 7)
    event({ kind: 'reply-sent', reply, totalMs: 600 } as never)
    hear(0, 1_500, () => 0)
    expect(of('utterance')).toMatchObject([{ side: 'agent', reply, utterance: { fromMs: 0, untilMs: 600 } }])
  })
})

describe('shapes of the mouth', () => {
  const cue = (viseme: 'aa' | 'PP' | 'sil' | 'E', startMs: number, endMs: number) => ({
    viseme,
    startMs,
    endMs,
  })
  const voice = (cues: readonly object[], of = reply) => ({ kind: 'reply-visemes', reply: of, cues }) as never

  it('of the voice are told in order as their sound is sent, and say when they are heard', () => {
    const { say, event, followed } = lookOn()
    const { of } = followed({ sides: ['agent'] })
    event(voice([cue('aa', 0, 90), cue('PP', 90, 200), cue('aa', 200, 900)]))
    say(0, 40)
    expect(of('visemes').map(({ cues }) => cues)).toEqual([[cue('aa', 0, 90)]])
    say(40, 240, reply, 140)
    expect(of('visemes').flatMap(({ cues }) => cues)).toHaveLength(3)
    expect(of('visemes').map(({ source, heardAtMs }) => [source, heardAtMs])).toEqual([
      ['voice', 100],
      ['voice', 190],
      ['voice', 300],
    ])
  })

  it('are told again where their sound is sent again', () => {
    const { say, event, followed, tap } = lookOn()
    const { of } = followed({ sides: ['agent'] })
    event(voice([cue('aa', 0, 100), cue('PP', 100, 200), cue('E', 200, 300)]))
    say(0, 300)
    tap.agentCleared?.(reply, 150)
    say(150, 300)
    expect(of('visemes').flatMap(({ cues }) => cues)).toEqual(
      [
        cue('aa', 0, 100),
        cue('PP', 100, 200),
        cue('E', 200, 300),
        cue('PP', 100, 200),
        cue('E', 200, 300),
      ].map((each, at) => (at === 3 ? { ...each, startMs: 150 } : each)),
    )
  })

  it('of a filler end where the answer takes its place', () => {
    const { say, event, followed } = lookOn()
    const { of } = followed({ sides: ['agent'] })
    event(voice([cue('aa', 0, 100), cue('PP', 100, 400), cue('aa', 400, 600)]))
    say(0, 80)
    event(voice([cue('sil', 200, 200)]))
    event(voice([cue('E', 200, 300)]))
    say(80, 400)
    expect(of('visemes').flatMap(({ cues }) => cues)).toEqual([
      cue('aa', 0, 100),
      cue('PP', 100, 200),
      cue('E', 200, 300),
    ])
  })

  it('are taken from the words where the voice tells none, and from the sound where there are no words', () => {
    const heard: number[] = []
    const { say, event, followed } = lookOn({
      visemesOfWords: words => words.map(({ startMs, endMs }) => cue('E', startMs, endMs)),
      visemesOfSound: ({ told }) => {
        let atMs = 0
        return {
          hear(samples) {
            heard.push(samples[0] ?? 0)
            told('aa', atMs, atMs + 20)
            atMs += 20
          },
          end() {},
        }
      },
    })
    const { of } = followed({ sides: ['agent'] })
    event({ kind: 'reply-words', reply, text: 'hello ', untilMs: 100 } as never)
    say(0, 160)
    event({ kind: 'reply-sent', reply, totalMs: 160 } as never)
    const told = of('visemes').flatMap(({ cues, source }) =>
      cues.map(({ startMs, endMs }) => [source, startMs, endMs]),
    )
    expect(told).toEqual([
      ['text', 0, 100],
      ['audio', 100, 120],
      ['audio', 120, 140],
      ['audio', 140, 160],
    ])
    expect(heard).toEqual([100, 120, 140])
  })

  it('that make no sense are passed over', () => {
    const { say, event, followed } = lookOn()
    const { of } = followed({ sides: ['agent'] })
    event(voice([cue('aa', Number.NaN, 10), cue('aa', -5, 10), cue('aa', 50, 20), cue('PP', 20, Infinity)]))
    event(voice([]))
    event(voice([cue('E', 10, 60), cue('aa', 30, 80)]))
    say(0, 100)
    expect(of('visemes').flatMap(({ cues }) => cues)).toEqual([cue('E', 10, 60), cue('aa', 60, 80)])
  })

  it('are not told to who wants none', () => {
    const { say, event, followed } = lookOn()
    const { of } = followed({ visemes: false })
    event(voice([cue('aa', 0, 100)]))
    say(0, 200)
    expect(of('visemes')).toEqual([])
  })
})
