import {
  type DurableEvent,
  defaultTurnPolicy,
  type ReplyId,
  type SessionId,
  type Steer,
  type TurnId,
  unsteered,
} from '@parley/core'
import { describe, expect, it } from 'vitest'
import { SimConversation, type SimConversationOptions } from './sim-conversation.js'
import type { SimReply } from './sim-engine.js'

const reply: SimReply = {
  thinkMs: 50,
  paceMs: 20,
  words: 'one two three four five'.split(' ').map(text => ({ text, ms: 300 })),
}
const silent: SimReply = { thinkMs: 50, paceMs: 0, words: [] }
const call = { id: 'call_1', name: 'weather', arguments: { city: 'Rome' } }
const heard = { text: 'hello there', delayMs: 60 }

async function talkOf(steer: Partial<Steer>, options: SimConversationOptions = {}) {
  const talk = await SimConversation.start({
    answer: () => reply,
    recognise: () => heard,
    caller: { uplinkMs: 0, downlinkMs: 0, jitterMs: 0 },
    ...options,
  })
  talk.caller.steering.configure({ ...unsteered, ...steer })
  return talk
}

const texts = (talk: SimConversation) => talk.session.history.map(({ role, text }) => `${role}: ${text}`)
const item = (name: string) => name as TurnId
const say = (talk: SimConversation, id: string, text: string) =>
  talk.caller.steering.remember({ kind: 'user', id: item(id), text })
async function untilFloor(talk: SimConversation, floor: string): Promise<void> {
  for (let ms = 0; ms < 3_000 && talk.session.floor !== floor; ms += 20) await talk.silence(20)
  expect(talk.session.floor).toBe(floor)
}

describe('a far end that says when a turn is over', () => {
  const told = { turnsEnd: 'told', answers: 'asked' } as const

  it('hears of no turn until it says so, and then of one with all the sound since the last', async () => {
    const talk = await talkOf(told)
    await talk.speak(600)
    await talk.silence(3_000)
    expect(talk.of('floor-changed')).toEqual([])
    talk.caller.steering.forgetSound()
    expect(talk.engine.forgotten).toBe(1)
    const fromMs = talk.clock.now()
    await talk.silence(200)
    await talk.speak(600)
    await talk.silence(400)
    talk.caller.commit()
    await talk.silence(400)
    expect(talk.of('turn-committed')).toHaveLength(1)
    const [final] = talk.of('transcript-final')
    expect(final).toMatchObject({ text: 'hello there', origin: 'speech' })
    expect(final?.startMs).toBeCloseTo(fromMs, -2)
    expect(talk.engine.turns).toEqual([])
    expect(talk.session.floor).toBe('open')
  })

  it('ends a voice for the recogniser in the middle, and goes on with what follows', async () => {
    const talk = await talkOf(told)
    await talk.speak(600)
    talk.caller.commit()
    await talk.speak(600)
    await talk.silence(900)
    talk.caller.commit()
    await talk.silence(200)
    const kinds = talk.engine.boundaries.map(({ kind }) => kind)
    expect(kinds).toEqual(['speech-start', 'speech-end', 'speech-start', 'speech-end'])
    expect(talk.engine.boundaries[1]?.atMs).toBe(600)
    expect(talk.engine.boundaries[2]?.atMs).toBe(600)
    expect(talk.of('turn-committed')).toHaveLength(2)
  })

  it('is believed that there was speech where the ear heard none', async () => {
    const talk = await talkOf(told)
    await talk.silence(800)
    talk.caller.commit()
    talk.caller.commit()
    await talk.silence(200)
    expect(talk.engine.boundaries).toEqual([
      { kind: 'speech-start', atMs: 0 },
      { kind: 'speech-end', atMs: 800 },
    ])
    expect(texts(talk)).toEqual(['user: hello there'])
    expect(talk.of('turn-committed')).toHaveLength(1)
  })

  it('loses no word of a long dictation', async () => {
    const talk = await talkOf(told, { recognise: () => undefined })
    await talk.speak(600)
    const said = Array.from({ length: 60 }, (_, index) => `w${index}`)
    for (const [index, text] of said.entries())
      talk.session.observe({
        kind: 'transcript',
        atMs: index * 10 + 9,
        startMs: index * 10,
        text,
        final: true,
      })
    talk.caller.commit()
    await talk.silence(200)
    expect(texts(talk)).toEqual([`user: ${said.join(' ')}`])
  })

  it('is not asked whether they are there while they speak', async () => {
    const { deadAir } = defaultTurnPolicy
    const policy = { deadAir: { ...deadAir, prompts: ['are you there'], promptAfterMs: 2_000 } }
    const talk = await talkOf(told, { policy, say: () => reply })
    await talk.speak(5_000)
    expect(talk.of('reply-started')).toEqual([])
    await talk.silence(3_000)
    expect(talk.of('reply-started')).toHaveLength(1)
  })

  it('is not interrupted by a voice, only by its own word', async () => {
    const talk = await talkOf({ turnsEnd: 'told' })
    await talk.speak(400)
    talk.caller.commit()
    await untilFloor(talk, 'agent')
    await talk.speak(900)
    expect(talk.session.floor).toBe('agent')
    expect(talk.caller.ducks).toEqual([])
    talk.caller.interrupt()
    await talk.silence(100)
    expect(talk.of('reply-ended')).toMatchObject([{ interrupted: true }])
  })

  it('may say so from the middle of a turn on, and back, without a turn lost or opened twice', async () => {
    const talk = await talkOf({})
    await talk.speak(600)
    talk.caller.steering.configure({ ...unsteered, turnsEnd: 'told' })
    await talk.silence(3_000)
    expect(talk.session.floor).toBe('open')
    talk.caller.steering.configure(unsteered)
    await talk.silence(2_000)
    expect(talk.of('turn-committed')).toHaveLength(1)
    expect(texts(talk)[0]).toBe('user: hello there')
    expect(talk.engine.turns).toHaveLength(1)
  })
})

describe('a far end that asks for answers', () => {
  it('is told of a turn, which nobody answers until it asks, and then as it is', async () => {
    const wishes = { instructions: 'Be short.' }
    const talk = await talkOf({ answers: 'asked', wishes })
    await talk.speak(600)
    await talk.silence(2_000)
    expect(talk.of('turn-committed')).toHaveLength(1)
    expect(talk.of('reply-prepared')).toEqual([])
    expect(talk.engine.turns).toEqual([])
    talk.caller.steering.answer()
    await talk.silence(3_000)
    expect(talk.engine.turns).toMatchObject([
      { id: 'trn_1', origin: 'speech', text: 'hello there', history: [], wishes },
    ])
    expect(talk.of('ledger')[0]?.ledger.totalMs).toBeLessThan(500)
    expect(texts(talk)).toEqual(['user: hello there', 'agent: one two three four five'])
  })

  it('gets an answer to the whole history where something was put behind the turn', async () => {
    const talk = await talkOf({ answers: 'asked' })
    await talk.speak(600)
    await talk.silence(2_000)
    say(talk, 'itm_1', 'And a coffee.')
    talk.caller.steering.answer({ silent: true })
    await talk.silence(100)
    const [turn] = talk.engine.turns
    expect(turn).toMatchObject({ origin: 'asked', text: '', wishes: { silent: true } })
    expect(turn?.history.map(({ text }) => text)).toEqual(['hello there', 'And a coffee.'])
  })

  it('has the agent greet where nothing was said, and gives no second answer meanwhile', async () => {
    const talk = await talkOf({ answers: 'asked' })
    talk.caller.steering.answer()
    talk.caller.steering.answer()
    await talk.silence(4_000)
    expect(talk.engine.turns).toMatchObject([{ origin: 'opening', history: [] }])
    expect(talk.engine.turns[0]).not.toHaveProperty('wishes')
  })

  it('waits with an answer until the caller, who speaks, is done', async () => {
    const talk = await talkOf({ answers: 'asked' })
    await talk.speak(400)
    talk.caller.steering.answer({ silent: true })
    await talk.speak(400)
    expect(talk.engine.turns).toEqual([])
    await talk.silence(1_500)
    expect(talk.engine.turns).toMatchObject([
      { origin: 'speech', text: 'hello there', wishes: { silent: true } },
    ])
    await talk.silence(3_000)
    await talk.speak(400)
    await talk.silence(2_000)
    expect(talk.engine.turns).toHaveLength(1)
  })

  it('gets the answer behind one whose sound is still heard, unless it takes that back', async () => {
    for (const cut of [false, true]) {
      const talk = await talkOf({ answers: 'asked' })
      say(talk, 'itm_1', 'Hello.')
      talk.caller.steering.answer()
      await untilFloor(talk, 'agent')
      await talk.silence(300)
      expect(talk.of('reply-made')).toHaveLength(1)
      talk.caller.steering.answer()
      if (cut) talk.caller.interrupt()
      await talk.silence(4_000)
      expect(talk.engine.turns).toHaveLength(cut ? 1 : 2)
    }
  })

  it('calls off what has to wait, and the answer that is heard goes on', async () => {
    const talk = await talkOf({ answers: 'asked' })
    await talk.speak(400)
    talk.caller.steering.answer({ silent: true })
    talk.caller.steering.callOff()
    await talk.silence(1_500)
    expect(talk.engine.turns).toEqual([])
    talk.caller.steering.answer()
    await untilFloor(talk, 'agent')
    await talk.silence(300)
    talk.caller.steering.answer()
    talk.caller.steering.callOff()
    await talk.silence(4_000)
    expect(talk.of('reply-ended')).toMatchObject([{ interrupted: false }])
    expect(talk.engine.turns).toHaveLength(1)
  })

  it('gets none behind one that is cut by a voice, and the turn of that voice is not answered for it', async () => {
    const talk = await talkOf({ answers: 'asked' })
    say(talk, 'itm_1', 'Hello.')
    talk.caller.steering.answer()
    await untilFloor(talk, 'agent')
    await talk.silence(300)
    talk.caller.steering.answer({ instructions: 'Say goodbye.' })
    await talk.speak(900)
    await talk.silence(4_000)
    expect(talk.of('reply-ended')).toMatchObject([{ interrupted: true }])
    expect(talk.of('turn-committed')).toHaveLength(2)
    expect(talk.engine.turns).toHaveLength(1)
    talk.caller.steering.answer()
    await talk.silence(200)
    expect(talk.engine.turns).toHaveLength(2)
    expect(talk.engine.turns[1]).not.toHaveProperty('wishes')
  })

  it('has no answer prepared that was not asked for, and none with wishes that hold no more', async () => {
    const talk = await talkOf({})
    await talk.speak(600)
    await talk.silence(400)
    expect(talk.of('reply-prepared')).toHaveLength(1)
    talk.caller.steering.configure({ ...unsteered, wishes: { instructions: 'Be short.' } })
    expect(talk.of('reply-discarded')).toHaveLength(1)
    await talk.silence(3_000)
    expect(talk.engine.turns.at(-1)?.wishes).toEqual({ instructions: 'Be short.' })
    expect(talk.of('reply-started')).toHaveLength(1)
  })
})

describe('what is said over a reply that nobody may interrupt', () => {
  it('is a turn that nobody answers, and the agent speaks on', async () => {
    const talk = await talkOf({ turns: { bargeIn: 'none' }, overheard: 'kept' })
    await talk.speak(600)
    await untilFloor(talk, 'agent')
    await talk.speak(500)
    expect(talk.of('speech-started').map(({ turn }) => turn)).toEqual(['trn_1', 'trn_2'])
    await talk.silence(5_000)
    expect(talk.of('turn-committed').map(({ turn }) => turn)).toEqual(['trn_1', 'trn_2'])
    expect(talk.of('reply-ended')).toMatchObject([{ turn: 'trn_1', interrupted: false }])
    expect(texts(talk)).toEqual(['user: hello there', 'agent: one two three four five', 'user: hello there'])
    expect(talk.engine.turns.filter(({ id }) => id === 'trn_2')).toEqual([])
    expect(talk.session.floor).toBe('open')
  })

  it('is an ordinary turn where the agent is done first', async () => {
    const talk = await talkOf({ turns: { bargeIn: 'none' }, overheard: 'kept' }, { answer: () => reply })
    await talk.speak(600)
    await untilFloor(talk, 'agent')
    await talk.silence(900)
    await talk.speak(1_200)
    await talk.silence(1_500)
    expect(talk.of('speech-started')).toHaveLength(2)
    expect(talk.engine.turns.at(-1)).toMatchObject({ id: 'trn_2', origin: 'speech' })
  })
})

describe('a history that the far end keeps', () => {
  it('has its entries where it puts them, and each once', async () => {
    const { caller, session } = await talkOf({ answers: 'asked' })
    const { steering } = caller
    steering.remember({ kind: 'user', id: item('b'), text: 'B' })
    steering.remember({ kind: 'system', id: item('a'), text: 'A' }, null)
    steering.remember({ kind: 'agent', id: item('c'), text: 'C' }, item('b'))
    steering.remember({ kind: 'user', id: item('d'), text: 'D' }, item('nowhere'))
    steering.remember({ kind: 'user', id: item('b'), text: 'again' })
    expect(session.history.map(({ role, text }) => `${role} ${text}`)).toEqual([
      'system A',
      'user B',
      'agent C',
      'user D',
    ])
    steering.forget({ turn: item('b') })
    steering.forget({ turn: item('c') })
    expect(session.history.map(({ text }) => text)).toEqual(['A', 'D'])
  })

  it('is known to the answer of a turn in which it was added to', async () => {
    const talk = await talkOf({})
    await talk.speak(300)
    say(talk, 'itm_1', 'By the way.')
    await talk.speak(300)
    await talk.silence(3_000)
    expect(talk.engine.turns.at(-1)?.history.map(({ text }) => text)).toEqual(['By the way.'])
    expect(texts(talk).slice(0, 2)).toEqual(['user: By the way.', 'user: hello there'])
  })

  it('goes on with a call and its result that it puts in', async () => {
    const talk = await talkOf({ answers: 'asked' })
    const { steering } = talk.caller
    say(talk, 'itm_1', 'And in Rome?')
    steering.remember({ kind: 'tool-call', id: item('itm_2'), call })
    steering.remember({ kind: 'tool-result', id: item('itm_3'), call: call.id, text: 'Sunny.' })
    steering.answer()
    await talk.silence(200)
    expect(talk.engine.turns[0]?.history).toMatchObject([
      { role: 'user' },
      { role: 'agent', text: '', state: { acted: [{ ...call, text: 'Sunny.', failed: false }] } },
    ])
  })

  it('keeps no word of a turn that was taken out, not even late ones', async () => {
    const talk = await talkOf({ answers: 'asked' }, { recognise: () => ({ text: 'late', delayMs: 1_200 }) })
    await talk.speak(600)
    await talk.silence(1_000)
    talk.caller.steering.forget({ turn: item('trn_1') })
    await talk.silence(1_000)
    expect(talk.of('transcript-final')).toHaveLength(1)
    expect(talk.session.history).toEqual([])
  })

  it('carries a call of the far end’s tool with its result, for the next answer', async () => {
    let replies = 0
    const talk = await talkOf({}, { answer: () => (replies++ === 0 ? { ...silent, calls: [call] } : reply) })
    await talk.speak(600)
    await talk.silence(2_000)
    expect(talk.of('tool-called')).toMatchObject([{ turn: 'trn_1', call }])
    const kinds = talk.events.map(({ kind }) => kind)
    expect(kinds.indexOf('tool-called')).toBeGreaterThan(kinds.indexOf('reply-started'))
    expect(kinds.indexOf('tool-called')).toBeLessThan(kinds.indexOf('reply-made'))
    expect(texts(talk)).toEqual(['user: hello there'])
    talk.caller.steering.remember({
      kind: 'tool-result',
      id: item('out'),
      call: 'call_1',
      text: 'x'.repeat(20_000),
    })
    talk.caller.steering.answer()
    await talk.silence(100)
    const turn = talk.engine.turns.at(-1)
    expect(turn).toMatchObject({ origin: 'asked', text: '' })
    const [, acted] = turn?.history ?? []
    expect(acted).toMatchObject({
      role: 'agent',
      text: '',
      state: { acted: [{ id: 'call_1', name: 'weather', arguments: { city: 'Rome' }, failed: false }] },
    })
    const kept = JSON.stringify(acted)
    expect(kept).toContain(`${'x'.repeat(16_000)} (cut here, 4000 characters are missing)`)
  })

  it('corrects what was heard of a reply, and tells the engine and the store, but nobody twice', async () => {
    const stored: DurableEvent[] = []
    const journal = { write: async (_: SessionId, event: DurableEvent) => void stored.push(event) }
    const talk = await talkOf({}, { journal })
    await talk.speak(600)
    await talk.silence(5_000)
    const [told] = talk.of('reply-started')
    talk.caller.steering.amend(told?.reply ?? ('' as ReplyId), { ms: 700, text: 'one two' })
    talk.caller.steering.amend('rpl_99' as ReplyId, { ms: 1, text: '' })
    expect(talk.session.history[1]).toMatchObject({ text: 'one two', interrupted: true })
    expect(talk.engine.told.at(-1)).toMatchObject({
      ms: 700,
      text: 'one two',
      source: 'reported',
      complete: false,
    })
    expect(talk.engine.accounts.at(-1)).toEqual({ fromMs: 0, final: true })
    await talk.silence(100)
    const ends = stored.filter(event => event.kind === 'reply-ended')
    const said = 'one two three four five'
    expect(ends).toMatchObject([
      { said, heard: { complete: true }, interrupted: false },
      { said, heard: { text: 'one two', ms: 700, source: 'reported' }, interrupted: true },
    ])
    expect(ends[1]?.atMs).toBeGreaterThan(ends[0]?.atMs ?? 0)
    expect(talk.of('reply-ended')).toHaveLength(1)
  })
})

describe('a far end that reports only what was cut', () => {
  const options = { caller: { uplinkMs: 0, downlinkMs: 0, jitterMs: 0, reportsCuts: true as const } }

  for (const order of ['before', 'after', 'never'] as const)
    it(`settles what was heard by its report, ${order} the cut`, async () => {
      const talk = await talkOf({}, options)
      await talk.speak(600)
      await untilFloor(talk, 'agent')
      await talk.silence(700)
      const id = talk.of('reply-started')[0]?.reply ?? ('' as ReplyId)
      if (order === 'before') talk.caller.reportPlayed(id, 350)
      await talk.silence(100)
      talk.caller.interrupt()
      await talk.silence(100)
      if (order === 'after') talk.caller.reportPlayed(id, 350)
      await talk.silence(order === 'never' ? 2_000 : 100)
      const [ended] = talk.of('reply-ended')
      if (order === 'never') expect(ended?.heard).toMatchObject({ source: 'estimated', text: 'one two' })
      else expect(ended?.heard).toMatchObject({ ms: 350, text: 'one', source: 'reported' })
      expect(talk.session.history[1]?.text).toBe(ended?.heard.text)
      expect(talk.engine.accounts.map(({ final }) => final)).toEqual(
        order === 'before' ? [true] : [false, true],
      )
    })

  it('does not wait for the report longer than to the next answer', async () => {
    const talk = await talkOf({ answers: 'asked' }, options)
    say(talk, 'itm_1', 'Hello.')
    talk.caller.steering.answer()
    await untilFloor(talk, 'agent')
    await talk.silence(500)
    talk.caller.interrupt()
    await talk.silence(100)
    expect(talk.of('reply-ended')).toEqual([])
    talk.caller.steering.answer()
    await talk.silence(20)
    expect(talk.of('reply-ended')).toMatchObject([{ heard: { source: 'estimated' } }])
  })

  it('is told once what was heard where nobody reports', async () => {
    const talk = await talkOf({})
    await talk.speak(600)
    await untilFloor(talk, 'agent')
    await talk.silence(500)
    talk.caller.interrupt()
    await talk.silence(2_000)
    expect(talk.engine.accounts).toEqual([{ fromMs: 0, final: true }])
  })
})

describe('what the engine is told was heard', () => {
  it('says where its own sound begins behind a filler, and that nothing of it was heard where only that sounded', async () => {
    for (const thinkMs of [900, 5_000]) {
      const talk = await talkOf(
        {},
        {
          answer: () => ({ ...reply, thinkMs }),
          say: () => ({ thinkMs: 0, paceMs: 10, words: [{ text: 'well', ms: 400 }] }),
          policy: { deadAir: { ...defaultTurnPolicy.deadAir, fillers: ['well'], fillerAfterMs: 300 } },
        },
      )
      await talk.speak(600)
      await untilFloor(talk, 'agent')
      await talk.silence(1_500)
      talk.caller.interrupt()
      await talk.silence(500)
      const [told] = talk.engine.told
      const [account] = talk.engine.accounts
      expect(account?.fromMs).toBe(400)
      if (thinkMs === 900) expect(told?.ms).toBeGreaterThan(400)
      else expect(told?.ms).toBe(400)
    }
  })
})

describe('a prepared reply', () => {
  const calling = { answer: () => ({ ...silent, thinkMs: 20, calls: [call] }) }

  it('tells of its calls and its end once it is released, in order', async () => {
    const talk = await talkOf({}, calling)
    await talk.speak(600)
    await talk.silence(400)
    expect(talk.of('reply-prepared')).toHaveLength(1)
    expect(talk.of('tool-called')).toEqual([])
    await talk.silence(1_500)
    const kinds = talk.events.map(({ kind }) => kind)
    const order = ['reply-started', 'tool-called', 'reply-made', 'reply-ended'] as const
    expect(order.map(kind => kinds.indexOf(kind))).toEqual(
      order.map(kind => kinds.indexOf(kind)).sort((one, other) => one - other),
    )
  })

  it('tells of none of them where it is thrown away', async () => {
    const talk = await talkOf({}, calling)
    await talk.speak(600)
    await talk.silence(400)
    say(talk, 'itm_1', 'And this.')
    expect(talk.of('reply-discarded')).toHaveLength(1)
    talk.caller.steering.configure({ ...unsteered, answers: 'asked' })
    await talk.silence(2_000)
    expect([...talk.of('tool-called'), ...talk.of('reply-made')]).toEqual([])
  })
})

describe('an engine that hears the source', () => {
  it('gets frames as they came, on media time, while the ear gets its own rate', async () => {
    const frames: { readonly rate: number; readonly count: number; readonly atMs: number }[] = []
    const talk = await SimConversation.start({
      caller: { uplinkMs: 0 },
      around: engine => ({
        hearsSource: true,
        connect: async call => ({
          ...(await engine.connect(call)),
          hear: ({ rate, samples, atMs }) => void frames.push({ rate, count: samples.length, atMs }),
        }),
      }),
    })
    const loud = new Int16Array(160).fill(6_000)
    for (let frame = 0; frame < 30; frame++) {
      talk.caller.say({ samples: loud, rate: 8_000, atMs: 70 })
      await talk.clock.advance(20)
    }
    expect(frames.slice(0, 2)).toEqual([
      { rate: 8_000, count: 160, atMs: 0 },
      { rate: 8_000, count: 160, atMs: 20 },
    ])
    expect(talk.session.floor).toBe('user')
  })
})

describe('an engine that speaks of its own accord', () => {
  it('has a turn of its own where nobody has the floor, and answers the caller where they have', async () => {
    const talk = await talkOf({})
    talk.session.observe({ kind: 'end-of-turn', atMs: 0, source: 'engine' })
    await talk.silence(3_000)
    expect(talk.engine.turns).toMatchObject([{ origin: 'engine' }])
    expect(talk.of('ledger')).toEqual([])
    await talk.speak(400)
    talk.session.observe({ kind: 'end-of-turn', atMs: talk.clock.now(), source: 'engine' })
    talk.session.observe({ kind: 'end-of-turn', atMs: talk.clock.now(), source: 'engine' })
    await talk.silence(300)
    expect(talk.engine.turns.slice(1)).toMatchObject([{ id: 'trn_2', origin: 'speech' }])
  })
})

describe('an answer beside the conversation', () => {
  it('leaves no trace in it', async () => {
    const talk = await talkOf({})
    const events = talk.events.length
    const parts = talk.caller.steering.aside(
      { wishes: { silent: true }, history: [] },
      new AbortController().signal,
    )
    const drawn = (async () => {
      const texts: string[] = []
      for await (const part of parts) if (part.kind === 'words') texts.push(part.text)
      return texts.join('')
    })()
    await talk.silence(2_000)
    expect(await drawn).toBe('one two three four five ')
    expect(talk.engine.turns).toMatchObject([{ origin: 'asked', history: [], wishes: { silent: true } }])
    expect(talk.events).toHaveLength(events)
    expect(talk.session.history).toEqual([])
    expect(talk.caller.sent).toEqual([])
  })

  it('is one of eight at most, and ends with the session', async () => {
    const talk = await talkOf({})
    const { steering } = talk.caller
    const ask = () => steering.aside({ wishes: {} }, new AbortController().signal)[Symbol.asyncIterator]()
    const firsts = Array.from({ length: 8 }, () => ask().next())
    await expect(ask().next()).rejects.toMatchObject({ code: 'overloaded' })
    void talk.session.end('client')
    await talk.clock.advance(20)
    expect((await Promise.all(firsts)).every(({ done }) => done)).toBe(true)
    expect((await ask().next()).done).toBe(true)
  })
})
