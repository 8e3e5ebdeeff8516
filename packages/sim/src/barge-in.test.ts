/** An overlap in two stages: the voice is lowered at the onset, then the judge says what becomes of it. */

import type { Judge, Ruling } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { SimConversation, type SimConversationOptions } from './sim-conversation.js'
import type { SimReply } from './sim-engine.js'

const tenWords: SimReply = {
  thinkMs: 50,
  paceMs: 20,
  words: 'one two three four five six seven eight nine ten'.split(' ').map(text => ({ text, ms: 300 })),
}

/** Holds after `holdMs` of overlap and rules as told once the voice has ended; words may still claim. */
function ruling(atEnd: Ruling['ruling'] | undefined, holdMs = 100): Judge {
  let heardMs = 0
  const given = (kind: Ruling['ruling']): Ruling => ({ ruling: kind, reasons: [] })
  return {
    begin() {
      heardMs = 0
    },
    hear({ durationMs }) {
      heardMs += durationMs
      return heardMs - durationMs < holdMs && heardMs >= holdMs ? given('hold') : undefined
    },
    words: ({ text }) => (text === 'stop' ? given('claim') : undefined),
    end: () => (atEnd === undefined ? undefined : given(atEnd)),
    decide: () => given('pass'),
    learn() {},
  }
}

const talkOf = (options: SimConversationOptions) =>
  SimConversation.start({ answer: () => tenWords, opens: true, ...options })

const edges = [
  { name: 'that lowers, and reports', caller: { reportEveryMs: 60 } },
  { name: 'that lowers, and is estimated', caller: {} },
  { name: 'that rewinds, and reports', caller: { rewinds: true, reportEveryMs: 60, aheadMs: 400 } },
  { name: 'that rewinds, and is estimated', caller: { rewinds: true, aheadMs: 400 } },
] as const

/** Stretches of the reply that the ear got, in the order in which it got them, ms. */
function gapsAndRepeats(talk: SimConversation) {
  const pieces = talk.caller.ear.played(talk.clock.now())
  let atMs = 0
  let lostMs = 0
  let twiceMs = 0
  for (const { fromMs, playedMs } of pieces) {
    if (fromMs > atMs) lostMs += fromMs - atMs
    else twiceMs += Math.min(atMs - fromMs, playedMs)
    atMs = Math.max(atMs, fromMs + playedMs)
  }
  return { lostMs, twiceMs, untilMs: atMs }
}

describe('an overlap that is let pass', () => {
  for (const { name, caller } of edges) {
    const twiceMs = 'reportEveryMs' in caller ? 1 : 100

    it(`loses nothing and repeats no more than can be known, on an edge ${name}`, async () => {
      const talk = await talkOf({ judge: ruling('pass'), caller })
      await talk.silence(1_000)
      await talk.speak(300)
      await talk.silence(8_000)
      const ear = gapsAndRepeats(talk)
      expect(ear.lostMs).toBeLessThanOrEqual(0.5)
      expect(ear.twiceMs).toBeLessThanOrEqual(twiceMs)
      expect(ear.untilMs).toBeCloseTo(3_000, 0)
      expect(talk.of('reply-ended')).toMatchObject([{ interrupted: false, heard: { complete: true } }])
    })

    it(`and another one after it lose nothing either, on an edge ${name}`, async () => {
      const talk = await talkOf({ judge: ruling('pass'), caller })
      await talk.silence(900)
      for (let overlap = 0; overlap < 3; overlap++) {
        await talk.speak(200)
        await talk.silence(160)
      }
      await talk.silence(8_000)
      const ear = gapsAndRepeats(talk)
      expect(ear.lostMs).toBeLessThanOrEqual(0.5)
      expect(ear.twiceMs).toBeLessThanOrEqual(3 * twiceMs)
      expect(talk.of('reply-ended')).toMatchObject([{ interrupted: false, heard: { complete: true } }])
    })

    it(`while the leg breaks leaves the rest to the next leg, on an edge ${name}`, async () => {
      const talk = await talkOf({ judge: ruling(undefined), caller })
      await talk.silence(1_000)
      await talk.speak(300)
      const first = talk.caller
      const reply = first.sent[0]?.reply as never
      first.drop()
      await talk.clock.advance(1_500)
      talk.resume()
      await talk.silence(8_000)
      const gotMs = first.ear.heardMs(reply, talk.clock.now())
      expect(talk.caller.sent[0]?.fromMs).toBeLessThanOrEqual(gotMs + 0.5)
      expect(talk.of('reply-ended')).toMatchObject([{ interrupted: false, heard: { complete: true } }])
      expect(talk.session.floor).toBe('open')
    })
  }

  it('is made good when a command is understood later', async () => {
    const talk = await talkOf({
      judge: ruling('pass'),
      recognise: () => ({ text: 'stop', delayMs: 500 }),
      caller: { reportEveryMs: 60 },
    })
    await talk.silence(800)
    await talk.speak(300)
    await talk.silence(300)
    expect(talk.session.floor).toBe('agent')
    await talk.silence(8_000)
    expect(talk.of('judged').map(({ ruling }) => ruling)).toEqual(['hold', 'pass', 'claim'])
    expect(talk.session.history.map(({ role, text }) => [role, text.split(' ').length])).toMatchObject([
      ['agent', expect.any(Number)],
      ['user', 1],
      ['agent', 10],
    ])
    expect(talk.of('reply-ended')[0]).toMatchObject({ interrupted: true })
  })

  it('is made good even when the agent was done before the command was understood', async () => {
    const talk = await talkOf({ judge: ruling('pass'), recognise: () => ({ text: 'stop', delayMs: 900 }) })
    await talk.silence(2_700)
    await talk.speak(200)
    await talk.silence(8_000)
    expect(talk.engine.turns.map(({ text }) => text)).toEqual(['', 'stop'])
  })
})

describe('an overlap that takes the floor', () => {
  for (const { name, caller } of edges) {
    it(`cuts once, and keeps what was heard, on an edge ${name}`, async () => {
      const talk = await talkOf({
        judge: ruling('claim'),
        caller,
        answer: turn => (turn.text === '' ? tenWords : { ...tenWords, words: [] }),
        recognise: () => ({ text: 'what', delayMs: 50 }),
      })
      await talk.silence(1_000)
      await talk.speak(300)
      await talk.silence(3_000)
      const [ended] = talk.of('reply-ended')
      const earMs = talk.caller.ear.heardMs(ended?.reply as never, talk.clock.now())
      expect(ended).toMatchObject({ interrupted: true })
      expect(talk.caller.cleared.filter(({ reply }) => reply === ended?.reply)).toHaveLength(1)
      expect(Math.abs((ended?.heard.ms ?? 0) - earMs)).toBeLessThanOrEqual(
        'reportEveryMs' in caller ? 1 : (ended?.heard.errorMs ?? 0),
      )
      if ('reportEveryMs' in caller)
        expect(ended?.heard.text.split(' ')).toHaveLength(Math.floor(earMs / 300))
      expect(talk.session.history[0]).toMatchObject({ role: 'agent', interrupted: true })
    })
  }

  it('begins its turn where the voice began, so that both halves of it are kept', async () => {
    const texts = ['no wait', 'not that one']
    const talk = await talkOf({
      judge: {
        ...ruling(undefined),
        end: () => undefined,
        words: ({ text }) => (text === 'not that one' ? { ruling: 'claim', reasons: [] } : undefined),
        decide: () => ({ ruling: 'hold', reasons: [] }),
      },
      recognise: () => ({ text: texts.shift() ?? '', delayMs: 40 }),
      policy: { speculation: { perTurn: 0, wastedMsPerMinute: 0 } },
    })
    await talk.silence(800)
    await talk.speak(300)
    await talk.silence(160)
    await talk.speak(700)
    await talk.silence(4_000)
    expect(talk.engine.turns.at(-1)?.text).toBe('no wait not that one')
  })
})

describe('a short answer spoken into the last words of a question', () => {
  it('is a turn, though the agent was done before it was judged', async () => {
    const talk = await talkOf({
      judge: ruling(undefined, 1_000),
      recognise: () => ({ text: 'yes', delayMs: 500 }),
    })
    await talk.silence(2_850)
    await talk.speak(160)
    await talk.silence(6_000)
    expect(talk.engine.turns.map(({ text }) => text)).toEqual(['', 'yes'])
  })
})

describe('a reply that lets nobody interrupt', () => {
  it('is heard to its end at its full loudness, and what outlasts it is a turn with all its words', async () => {
    const talk = await talkOf({
      judge: ruling('claim'),
      answer: turn => ({ ...tenWords, ...(turn.text === '' ? { bargeIn: 'none' as const } : {}) }),
      recognise: () => ({ text: 'and now me', delayMs: 40 }),
    })
    await talk.silence(2_000)
    await talk.speak(2_000)
    await talk.silence(1_500)
    expect(talk.caller.ducks).toEqual([])
    expect(talk.of('reply-ended')[0]).toMatchObject({ interrupted: false })
    expect(talk.engine.turns.at(-1)).toMatchObject({ text: 'and now me' })
  })
})
