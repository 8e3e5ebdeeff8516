import { describe, expect, it } from 'vitest'
import { buildPlayback } from './build-playback.js'
import { type LoggedTalk, loggedTalk } from './logged-talk.test-kit.js'
import type { AgentLine } from './playback-schema.js'
import { playbackSchema } from './playback-schema.js'
import { sharedPlayback } from './shared-playback.js'

const reply = (count: number) => ({
  thinkMs: 200,
  paceMs: 10,
  words: Array.from({ length: count }, (_, index) => ({ text: `word${index} `, ms: 200 })),
})

function played({ stored, entries }: LoggedTalk, parts: { readonly withoutLog?: true } = {}) {
  return buildPlayback({
    stored: stored(),
    log: parts.withoutLog ? [] : entries.map(({ event }) => event),
    logCut: false,
    isRunning: false,
    recording: { state: 'none' },
  })
}

const agentIn = (playback: ReturnType<typeof played>, at = 0): AgentLine => {
  const line = playback.lines.filter(each => each.by === 'agent')[at]
  if (line?.by !== 'agent') throw new Error('the agent said nothing')
  return line
}

describe('a conversation played back', () => {
  it('has the words of both sides when they were heard, and where the time went', async () => {
    const logged = await loggedTalk({
      answer: () => reply(5),
      recognise: () => ({ text: 'hello there', delayMs: 50 }),
    })
    const { talk, clock } = logged
    const beganMs = clock.now()
    // A microphone that opens late: its own time says nothing of the session's.
    await clock.advance(3_000)
    await talk.speak(800)
    await talk.silence(4_000)
    const playback = played(logged)
    expect(() => playbackSchema.parse(playback)).not.toThrow()
    const [caller] = playback.lines
    // Spoken after 3,000 ms, and 40 ms on its way.
    expect(caller).toMatchObject({ by: 'caller', text: 'hello there', times: 'logged', startMs: 3_020 })
    expect(caller?.endMs).toBe(3_820)
    const agent = agentIn(playback)
    // The way down, and the far end's buffer.
    const heardMs = (talk.caller.sent[0]?.atMs ?? 0) + 100 - beganMs
    expect(agent).toMatchObject({ times: 'logged', interrupted: false, heardMs: 1_000 })
    expect(Math.abs(agent.startMs - heardMs)).toBeLessThanOrEqual(20)
    expect(agent.words.map(({ text }) => text)).toEqual(['word0', 'word1', 'word2', 'word3', 'word4'])
    expect(agent.words.map(({ startMs, endMs }) => [startMs - agent.startMs, endMs - agent.startMs])).toEqual(
      [0, 1, 2, 3, 4].map(index => [index * 200, index * 200 + 200]),
    )
    expect(agent.ledger?.stages.length).toBeGreaterThan(2)
    expect(playback.floors.map(({ floor }) => floor)).toEqual(['user', 'pause', 'thinking', 'agent', 'open'])
    expect(playback.log).toBe('whole')
  })

  it('cuts an interrupted reply at what was heard, and tells what was ruled and why', async () => {
    const logged = await loggedTalk({
      answer: () => reply(20),
      recognise: () => ({ text: 'stop', delayMs: 50 }),
      caller: { reportEveryMs: 40 },
    })
    await logged.talk.speak(600)
    await logged.talk.silence(2_200)
    await logged.talk.speak(700)
    await logged.talk.silence(900)
    const playback = played(logged)
    const agent = agentIn(playback)
    expect(agent.interrupted).toBe(true)
    const heard = agent.words.filter(word => word.heard)
    expect(heard.length).toBeGreaterThan(1)
    expect(heard.length).toBeLessThan(20)
    expect(heard.map(({ text }) => text)).toEqual(agent.words.slice(0, heard.length).map(({ text }) => text))
    expect(agent.endMs - agent.startMs).toBe(agent.heardMs)
    for (const { endMs } of agent.words) expect(endMs).toBeLessThanOrEqual(agent.endMs)
    const claim = playback.overlaps.find(({ ruling }) => ruling === 'claim')
    expect(claim).toMatchObject({ reply: agent.reply })
    expect(claim?.reasons.length).toBeGreaterThan(0)
    expect(claim?.startMs).toBeGreaterThan(agent.startMs)
    expect(claim?.startMs).toBeLessThan(agent.endMs + 150)
  })

  it('goes on where a lost line left it, with the gap between', async () => {
    const logged = await loggedTalk({
      answer: () => reply(10),
      recognise: () => ({ text: 'hello', delayMs: 50 }),
    })
    const { talk, clock } = logged
    await talk.speak(600)
    await talk.silence(1_500)
    talk.caller.drop()
    await clock.advance(2_000)
    talk.resume()
    await talk.silence(4_000)
    const playback = played(logged)
    const agent = agentIn(playback)
    expect(playback.legs.map(({ change }) => change)).toEqual(['lost', 'attached'])
    const [lost, back] = playback.legs
    expect((back?.atMs ?? 0) - (lost?.atMs ?? 0)).toBe(2_000)
    // The word in which it broke has its beginning before the gap, and its end behind.
    const lengths = agent.words.map(({ startMs, endMs }) => endMs - startMs)
    expect(lengths.filter(ms => ms > 2_000)).toHaveLength(1)
    expect(lengths.filter(ms => ms === 200)).toHaveLength(9)
    expect(agent.words.every(({ heard }) => heard)).toBe(true)
    expect(agent.endMs - agent.startMs).toBeGreaterThan(3_900)
  })

  it('says what it can where the log is lost', async () => {
    const logged = await loggedTalk({
      answer: () => reply(5),
      recognise: () => ({ text: 'hi', delayMs: 50 }),
    })
    await logged.talk.speak(600)
    await logged.talk.silence(4_000)
    const whole = played(logged)
    const playback = played(logged, { withoutLog: true })
    expect(playback).toMatchObject({ log: 'none', floors: [], overlaps: [] })
    const [known, told] = [agentIn(whole), agentIn(playback)]
    expect(told).toMatchObject({ times: 'estimated', heardMs: 1_000 })
    expect(told.words.map(({ text }) => text)).toEqual(known.words.map(({ text }) => text))
    expect(Math.abs(told.startMs - known.startMs)).toBeLessThanOrEqual(40)
    expect(told.ledger).toEqual(known.ledger)
  })

  it('places a typed line when it was typed', async () => {
    const logged = await loggedTalk({ answer: () => reply(2) })
    await logged.clock.advance(5_000)
    logged.talk.caller.type('what time is it')
    await logged.clock.advance(3_000)
    expect(played(logged).lines[0]).toMatchObject({
      by: 'caller',
      origin: 'text',
      startMs: 5_040,
      endMs: 5_040,
    })
  })

  it('tells those who have a link nothing of whose it is', async () => {
    const logged = await loggedTalk({
      answer: () => ({ ...reply(2), calls: [{ id: 'call_1', name: 'look', arguments: { secret: 'iban' } }] }),
    })
    logged.talk.caller.type('hello')
    await logged.clock.advance(3_000)
    const playback = played(logged)
    expect(playback.tools[0]?.arguments).toContain('iban')
    const text = JSON.stringify(sharedPlayback(playback))
    for (const hidden of ['ses_sim', 'acme', 'iban', ...playback.lines.map(({ turn }) => turn)])
      expect(text).not.toContain(hidden)
    expect(text).toContain('look')
    expect(() => playbackSchema.parse(JSON.parse(text))).not.toThrow()
  })
})
