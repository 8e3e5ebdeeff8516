import { describe, expect, it } from 'vitest'
import { SimConversation } from './sim-conversation.js'
import type { SimReply } from './sim-engine.js'

const tenWords: SimReply = {
  thinkMs: 50,
  paceMs: 20,
  words: 'one two three four five six seven eight nine ten'.split(' ').map(text => ({ text, ms: 300 })),
}
const hello = { text: 'hello there', delayMs: 60 }

describe('a turn', () => {
  it('is opened by speech, committed after the endpointing silence and answered', async () => {
    const talk = await SimConversation.start({ answer: () => tenWords, recognise: () => hello })
    await talk.speak(600)
    await talk.silence(5_000)
    expect(talk.session.history).toEqual([
      { role: 'user', turn: 'trn_1', text: 'hello there', atMs: 0 },
      expect.objectContaining({
        role: 'agent',
        text: 'one two three four five six seven eight nine ten',
        interrupted: false,
      }),
    ])
    expect(talk.session.floor).toBe('open')
    expect(talk.of('floor-changed').map(({ floor }) => floor)).toEqual([
      'user',
      'pause',
      'thinking',
      'agent',
      'open',
    ])
  })

  it('sends nothing of a prepared answer before it is committed', async () => {
    const talk = await SimConversation.start({ answer: () => tenWords, recognise: () => hello })
    await talk.speak(600)
    await talk.silence(4_000)
    const committedAt = talk.of('turn-committed')[0]?.atMs ?? Number.NaN
    expect(talk.engine.started).toBe(1)
    expect(talk.engine.turns[0]?.text).toBe('hello there')
    expect(talk.caller.sent[0]?.atMs).toBeGreaterThanOrEqual(committedAt)
  })

  it('goes on when the caller speaks again before the answer is heard', async () => {
    let utterance = 0
    const talk = await SimConversation.start({
      answer: () => tenWords,
      recognise: () => ({ text: ['book a table', 'for two'][utterance++] ?? '', delayMs: 60 }),
    })
    await talk.speak(600)
    await talk.silence(500)
    await talk.speak(400)
    await talk.silence(5_000)
    expect(talk.session.history[0]).toMatchObject({ role: 'user', text: 'book a table for two' })
    expect(talk.session.history.filter(({ role }) => role === 'agent')).toHaveLength(1)
    expect(talk.of('turn-committed')).toHaveLength(1)
  })

  it('leaves no trace when nothing was understood and nothing answered', async () => {
    const talk = await SimConversation.start()
    await talk.speak(300)
    await talk.silence(2_000)
    expect(talk.session.history).toEqual([])
    expect(talk.session.floor).toBe('open')
  })

  it('takes typed text as a turn and interrupts with it', async () => {
    const talk = await SimConversation.start({ answer: () => tenWords })
    talk.caller.type('first')
    await talk.silence(1_000)
    talk.caller.type('second')
    await talk.silence(5_000)
    expect(talk.session.history.map(({ role, text }) => [role, text.split(' ').length])).toEqual([
      ['user', 1],
      ['agent', 2],
      ['user', 1],
      ['agent', 10],
    ])
  })

  it('ends at once when the client commits it', async () => {
    const talk = await SimConversation.start({ answer: () => tenWords, recognise: () => hello })
    await talk.speak(600)
    talk.caller.commit()
    await talk.silence(100)
    expect(talk.of('turn-committed')).toHaveLength(1)
  })

  it('ends when the caller’s audio stops in the middle of speech', async () => {
    const talk = await SimConversation.start({ answer: () => tenWords })
    await talk.speak(600)
    await talk.clock.advance(3_000)
    expect(talk.of('turn-committed')).toHaveLength(1)
  })
})

describe('a barge-in', () => {
  it('keeps the words the caller heard when interrupted mid-word', async () => {
    const talk = await SimConversation.start({
      answer: () => tenWords,
      opens: true,
      caller: { reportEveryMs: 100 },
    })
    await talk.silence(1_000)
    await talk.speak(600)
    await talk.silence(1_500)
    const ended = talk.of('reply-ended')[0]
    const ear = talk.caller.ear.heardMs(ended?.reply as never, talk.clock.now())
    expect(ended?.interrupted).toBe(true)
    expect(ended?.heard.source).toBe('reported')
    expect(Math.abs((ended?.heard.ms ?? 0) - ear)).toBeLessThanOrEqual(20)
    expect(ended?.heard.text.split(' ')).toHaveLength(Math.floor(ear / 300))
    expect(ended?.said.split(' ')).toHaveLength(10)
  })

  it('ducks at the first sign of voice and lets a short overlap pass with no word lost', async () => {
    const talk = await SimConversation.start({ answer: () => tenWords, opens: true })
    await talk.silence(1_000)
    await talk.speak(160)
    await talk.silence(4_000)
    expect(talk.caller.ducks.map(({ on }) => on)).toEqual([true, false])
    expect(talk.of('reply-ended')[0]).toMatchObject({ interrupted: false, heard: { complete: true } })
    const quiet = talk.caller.sent.filter(({ peak }) => peak < 2_000)
    expect(quiet.length).toBeGreaterThan(3)
    expect(talk.caller.sent.at(-1)?.peak).toBe(8_000)
  })

  it('stops on command and answers what was heard', async () => {
    const talk = await SimConversation.start({ answer: () => tenWords, opens: true })
    await talk.silence(1_000)
    talk.caller.interrupt()
    await talk.silence(200)
    const cut = talk.caller.cleared[0]
    expect(talk.caller.sent.length).toBe(cut?.sentBefore)
    expect(talk.session.floor).toBe('open')
    expect(talk.session.history).toHaveLength(1)
  })

  it('tells the engine what was heard, so that it can truncate', async () => {
    const talk = await SimConversation.start({ answer: () => tenWords, opens: true })
    await talk.silence(1_200)
    await talk.speak(600)
    expect(talk.engine.told[0]).toMatchObject({ complete: false })
  })
})

describe('the latency ledger', () => {
  it('adds up from the last voiced sample to the first sample at the ear', async () => {
    const talk = await SimConversation.start({
      answer: () => tenWords,
      recognise: () => hello,
      policy: { speculation: { perTurn: 0, wastedMsPerMinute: 0 } },
      caller: { reportEveryMs: 20 },
    })
    await talk.speak(600)
    await talk.silence(4_000)
    const { ledger } = talk.of('ledger')[0] ?? {}
    const sum = ledger?.stages.reduce((total, { durationMs }) => total + durationMs, 0) ?? Number.NaN
    expect(sum).toBeCloseTo(ledger?.totalMs ?? 0, 6)
    expect(ledger?.stages.map(({ stage }) => stage)).toEqual([
      'endpoint',
      'first-voice',
      'first-sent',
      'first-heard',
    ])
    expect(ledger?.stages[0]?.durationMs).toBeCloseTo(700, -2)
    // 50 ms of thought, then network and jitter buffer (100 ms) and the way of the report.
    expect(ledger?.totalMs).toBeGreaterThan(840)
    expect(ledger?.totalMs).toBeLessThan(940)
  })
})

describe('what was looked up for an answer', () => {
  const context = { used: ['weather'], late: ['news'], failed: [] }

  it('stands in the ledger of its turn, and in no other', async () => {
    let answers = 0
    const talk = await SimConversation.start({
      answer: () => (answers++ === 0 ? { ...tenWords, context } : tenWords),
      recognise: () => hello,
      policy: { speculation: { perTurn: 0, wastedMsPerMinute: 0 } },
    })
    for (let turn = 0; turn < 2; turn++) {
      await talk.speak(600)
      await talk.silence(5_000)
    }
    expect(talk.of('ledger').map(({ ledger }) => ledger.context)).toEqual([context, undefined])
    const stored = talk.stored.find(({ kind }) => kind === 'ledger')
    expect(stored).toMatchObject({ ledger: { context } })
  })

  it('is that of the answer that was heard, not of one thrown away', async () => {
    let utterance = 0
    const talk = await SimConversation.start({
      answer: ({ text }) => (text.includes('two') ? tenWords : { ...tenWords, context }),
      recognise: () => ({ text: ['book a table', 'for two'][utterance++] ?? '', delayMs: 60 }),
    })
    await talk.speak(600)
    await talk.silence(500)
    await talk.speak(400)
    await talk.silence(5_000)
    expect(talk.of('reply-discarded')).toHaveLength(1)
    expect(talk.of('ledger').map(({ ledger }) => ledger.context)).toEqual([undefined])
  })
})

describe('an engine', () => {
  it('is told that a turn is over after it was asked for the answer, prepared or not, and once', async () => {
    for (const perTurn of [0, 3]) {
      const talk = await SimConversation.start({
        answer: () => tenWords,
        recognise: () => hello,
        opens: true,
        policy: { speculation: { perTurn, wastedMsPerMinute: 20_000 } },
      })
      await talk.silence(5_000)
      await talk.speak(600)
      await talk.silence(350)
      expect(talk.engine.committed).toEqual([{ turn: 'trn_1', replies: 1 }])
      expect(talk.engine.turns).toHaveLength(perTurn === 0 ? 1 : 2)
      await talk.silence(3_000)
      expect(talk.engine.committed).toEqual([
        { turn: 'trn_1', replies: 1 },
        { turn: 'trn_2', replies: 2 },
      ])
    }
  })
})

describe('the store', () => {
  it('gets a row before anyone is told of it', async () => {
    let release: () => void = () => {}
    const stored = new Promise<void>(resolve => {
      release = resolve
    })
    const talk = await SimConversation.start({
      answer: () => tenWords,
      recognise: () => hello,
      journal: { write: () => stored },
    })
    await talk.speak(600)
    await talk.silence(2_000)
    const told = () => talk.caller.events.filter(({ kind }) => kind === 'transcript-final')
    expect(told()).toHaveLength(0)
    expect(talk.caller.events.some(({ kind }) => kind === 'turn-committed')).toBe(true)
    release()
    await talk.silence(20)
    expect(told()).toHaveLength(1)
  })

  it('is tried again after a failure, in order, while the conversation goes on', async () => {
    let failures = 2
    const kinds: string[] = []
    const talk = await SimConversation.start({
      answer: () => tenWords,
      recognise: () => hello,
      journal: {
        write: async (_, { kind }) => {
          if (failures-- > 0) throw new Error('disk full')
          kinds.push(kind)
        },
      },
    })
    await talk.speak(600)
    await talk.silence(6_000)
    expect(talk.of('warning')).toHaveLength(1)
    expect(kinds).toEqual(['transcript-final', 'ledger', 'reply-ended'])
    expect(talk.caller.events.filter(({ kind }) => kind === 'reply-ended')).toHaveLength(1)
  })
})

describe('a leg', () => {
  it('that breaks is replaced, and the reply goes on at the first unheard sample', async () => {
    const talk = await SimConversation.start({
      answer: () => tenWords,
      opens: true,
      caller: { reportEveryMs: 100 },
    })
    await talk.silence(1_000)
    const first = talk.caller
    const reply = first.sent[0]?.reply as never
    first.drop()
    await talk.clock.advance(2_000)
    const heardBefore = first.ear.heardMs(reply, talk.clock.now())
    talk.resume()
    await talk.silence(5_000)
    const resumedAt = talk.caller.sent[0]?.fromMs ?? Number.NaN
    expect(resumedAt).toBeLessThanOrEqual(heardBefore)
    expect(heardBefore - resumedAt).toBeLessThanOrEqual(250)
    expect(talk.of('reply-ended')[0]).toMatchObject({
      interrupted: false,
      heard: { complete: true, ms: 3_000 },
    })
  })

  it('that breaks in the middle of a word ends no turn: what comes over the next one goes on with it', async () => {
    const talk = await SimConversation.start({ answer: () => tenWords })
    await talk.speak(600)
    talk.caller.drop()
    await talk.clock.advance(3_000)
    expect(talk.of('speech-ended')).toEqual([])
    talk.resume()
    await talk.speak(600)
    await talk.silence(2_000)
    expect(talk.of('turn-committed')).toHaveLength(1)
    const [began] = talk.of('speech-started')
    const [ended] = talk.of('speech-ended')
    // The outage is no silence of the caller: both halves stand one behind the other.
    expect((ended?.mediaMs ?? 0) - (began?.mediaMs ?? 0)).toBeLessThan(1_500)
  })

  it('that breaks in the middle of a word and comes back silent ends the speech', async () => {
    const talk = await SimConversation.start({ answer: () => tenWords })
    await talk.speak(600)
    talk.caller.drop()
    await talk.clock.advance(3_000)
    talk.resume()
    await talk.clock.advance(3_000)
    expect(talk.of('speech-ended')).toHaveLength(1)
  })

  it('that does not come back ends the session', async () => {
    const talk = await SimConversation.start({ limits: { resumeMs: 10_000 } })
    talk.caller.drop()
    await talk.clock.advance(11_000)
    expect(talk.session.ending).toBeDefined()
    expect(talk.of('session-ended')).toMatchObject([{ reason: 'lost' }])
    expect(talk.engine.closed).toBe(1)
  })

  it('gets the durable events it missed', async () => {
    const talk = await SimConversation.start({ answer: () => tenWords, opens: true })
    await talk.silence(2_500)
    talk.caller.drop()
    await talk.clock.advance(100)
    talk.resume()
    await talk.silence(4_000)
    expect(talk.caller.events.filter(({ kind }) => kind === 'reply-ended')).toHaveLength(1)
  })
})

describe('a session', () => {
  it('ends after its idle time, and not while somebody speaks', async () => {
    const talk = await SimConversation.start({ limits: { idleMs: 10_000 } })
    await talk.silence(9_000)
    await talk.speak(200)
    await talk.silence(9_000)
    expect(talk.session.ending).toBeUndefined()
    await talk.silence(3_000)
    expect(talk.caller.closedBy).toBe('idle')
  })

  it('ends after its longest life', async () => {
    const talk = await SimConversation.start({ limits: { maxMs: 5_000 } })
    await talk.silence(5_100)
    expect(talk.caller.closedBy).toBe('expired')
  })

  it('hangs up when the agent asks for it, once its goodbye was heard', async () => {
    const talk = await SimConversation.start({ answer: () => ({ ...tenWords, hangsUp: true }), opens: true })
    await talk.silence(2_900)
    expect(talk.caller.closedBy).toBeUndefined()
    await talk.silence(1_000)
    expect(talk.caller.closedBy).toBe('hang-up')
    expect(talk.stored.map(({ kind }) => kind)).toEqual(['reply-ended'])
  })

  it('warns and goes on when the engine fails in the middle of a reply', async () => {
    const talk = await SimConversation.start({ answer: () => ({ ...tenWords, failsAfter: 3 }), opens: true })
    await talk.silence(3_000)
    expect(talk.of('warning')).toMatchObject([{ code: 'engine_failed' }])
    expect(talk.of('reply-ended')[0]?.heard.text).toBe('one two three')
    expect(talk.session.floor).toBe('open')
  })

  it('unplugs a tap that throws and goes on', async () => {
    const broken = {
      name: 'broken',
      userAudio: () => {
        throw new Error('no')
      },
    }
    const talk = await SimConversation.start({
      taps: [broken],
      answer: () => tenWords,
      recognise: () => hello,
    })
    await talk.speak(600)
    await talk.silence(5_000)
    expect(talk.of('warning')).toHaveLength(1)
    expect(talk.session.history).toHaveLength(2)
  })

  it('ends while a reply is prepared, heard or thought about without a frame after the end', async () => {
    const talk = await SimConversation.start({ answer: () => tenWords, opens: true })
    await talk.silence(700)
    const before = talk.caller.sent.length
    await Promise.all([talk.session.end('client'), talk.session.end('error'), talk.clock.advance(3_000)])
    expect(talk.caller.sent.length).toBe(before)
    expect(talk.of('session-ended')).toMatchObject([{ reason: 'client' }])
    expect(talk.stored).toHaveLength(1)
    expect(talk.engine.finished).toBe(talk.engine.started)
  })
})
