import { createDurationJudge, createFixedEndpointing, ParleyError } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { SimConversation } from './sim-conversation.js'
import type { SimReply } from './sim-engine.js'

const tenWords: SimReply = {
  thinkMs: 50,
  paceMs: 20,
  words: 'one two three four five six seven eight nine ten'.split(' ').map(text => ({ text, ms: 300 })),
}
const silent: SimReply = { thinkMs: 10, paceMs: 0, words: [] }

/** Recognises one text after the other, `delayMs` after each utterance. */
function inTurn(texts: readonly string[], delayMs = 60) {
  const left = [...texts]
  return () => {
    const text = left.shift()
    return text === undefined ? undefined : { text, delayMs }
  }
}

describe('the turn that an engine is asked about', () => {
  it('reaches to the last voiced sample while it is still open', async () => {
    const talk = await SimConversation.start({
      answer: () => tenWords,
      recognise: inTurn(['book a table', 'for two']),
    })
    await talk.speak(600)
    await talk.silence(400)
    await talk.speak(400)
    await talk.silence(400)
    expect(talk.of('turn-committed')).toEqual([])
    expect(talk.engine.turns.at(-1)).toMatchObject({
      text: 'book a table for two',
      startMs: 0,
      endMs: 1_400,
    })
  })

  it('reaches to the newest sample when the client ends it in the middle of a word', async () => {
    const talk = await SimConversation.start({
      answer: () => tenWords,
      recognise: inTurn(['yes please'], 300),
    })
    await talk.speak(2_000)
    talk.caller.commit()
    await talk.speak(60)
    expect(talk.engine.turns[0]?.endMs).toBeGreaterThanOrEqual(1_900)
    await talk.silence(6_000)
    expect(talk.session.history[0]).toMatchObject({ role: 'user', text: 'yes please' })
  })

  it('is a typed one when the caller types while speaking, and what was said stands before it', async () => {
    const talk = await SimConversation.start({ answer: () => tenWords, recognise: inTurn(['I mean']) })
    await talk.speak(600)
    talk.caller.type('cancel it')
    await talk.speak(100)
    await talk.silence(6_000)
    expect(talk.engine.turns.at(-1)).toMatchObject({ origin: 'text', text: 'cancel it' })
    expect(talk.session.history.map(({ role, text }) => [role, text])).toEqual([
      ['user', 'I mean cancel it'],
      ['agent', 'one two three four five six seven eight nine ten'],
    ])
  })

  it('is not made of nothing but white space', async () => {
    const talk = await SimConversation.start({ answer: () => tenWords })
    talk.caller.type('  ')
    await talk.silence(500)
    expect(talk.engine.turns).toEqual([])
  })
})

describe('the history', () => {
  it('keeps the order of the turns when words come late', async () => {
    const talk = await SimConversation.start({ answer: () => silent, recognise: inTurn(['spoken'], 900) })
    await talk.speak(600)
    await talk.silence(750)
    talk.caller.type('typed')
    await talk.silence(2_000)
    expect(talk.session.history.map(({ text }) => text)).toEqual(['spoken', 'typed'])
  })
})

describe('the ledger', () => {
  it('knows nothing of an answer that was prepared and thrown away', async () => {
    const talk = await SimConversation.start({
      answer: ({ text }) => ({ ...tenWords, thinkMs: text === 'one' ? 20 : 400 }),
      recognise: inTurn(['one', 'two'], 20),
      endpointing: createFixedEndpointing(200),
    })
    await talk.speak(400)
    await talk.silence(160)
    await talk.speak(400)
    await talk.silence(3_000)
    const { ledger } = talk.of('ledger')[0] ?? {}
    const voice = ledger?.stages.find(({ stage }) => stage === 'first-voice')
    expect(voice?.startMs).toBeGreaterThanOrEqual(190)
    expect(voice?.durationMs).toBeGreaterThan(100)
  })
})

describe('an overlap', () => {
  it('of which nothing more is heard is let pass, and the reply goes on', async () => {
    const talk = await SimConversation.start({ answer: () => tenWords, opens: true })
    await talk.silence(1_000)
    await talk.speak(120)
    await talk.clock.advance(8_000)
    expect(talk.of('reply-ended')).toMatchObject([{ interrupted: false }])
    expect(talk.session.floor).toBe('open')
  })

  it('that outlasts the reply leaves no far end ducked', async () => {
    const talk = await SimConversation.start({
      answer: () => tenWords,
      opens: true,
      judge: createDurationJudge({ holdMs: 2_000, claimMs: 2_000 }),
    })
    await talk.silence(2_500)
    await talk.speak(1_500)
    expect(talk.caller.ducks.map(({ on }) => on)).toEqual([true, false])
    expect(talk.session.floor).toBe('user')
  })
})

describe('a far end that promised reports', () => {
  it('and sends none is taken to play all the same', async () => {
    const talk = await SimConversation.start({
      answer: () => ({ ...tenWords, words: [...tenWords.words, ...tenWords.words] }),
      opens: true,
      caller: { reportEveryMs: 1_000_000 },
    })
    await talk.silence(3_500)
    expect(talk.session.floor).toBe('agent')
  })
})

describe('the end', () => {
  it('leaves no timer behind and says nothing more, though the store fails for ever', async () => {
    let writes = 0
    const talk = await SimConversation.start({
      answer: () => tenWords,
      journal: {
        write: async () => {
          writes += 1
          throw new Error('disk full')
        },
      },
    })
    for (let turn = 0; turn < 20; turn++) {
      talk.caller.type(`turn ${turn}`)
      await talk.silence(500)
    }
    // Tried once a second, however many rows wait.
    expect(writes).toBeLessThanOrEqual(12)
    await Promise.all([talk.session.end('client'), talk.clock.advance(60_000)])
    expect(talk.events.at(-1)?.kind).toBe('session-ended')
    expect(talk.clock.pending).toBe(0)
    expect(talk.of('warning').map(({ code }) => code)).toEqual(['store_unavailable', 'store_unavailable'])
  })

  it('comes though the engine does not close', async () => {
    const talk = await SimConversation.start({
      around: engine => ({
        connect: call => ({
          ...engine.connect(call),
          close: () => Promise.reject(new Error('stuck')),
        }),
      }),
    })
    await Promise.all([talk.session.end('client'), talk.clock.advance(100)])
    expect(talk.of('warning')).toMatchObject([{ code: 'engine_failed' }])
    expect(talk.caller.closedBy).toBe('client')
  })

  it('comes, for this session alone, when a part throws that must not', async () => {
    const talk = await SimConversation.start({
      around: engine => ({
        connect: call => ({
          ...engine.connect(call),
          boundary: () => {
            throw new Error('broken')
          },
        }),
      }),
    })
    await talk.speak(200)
    expect(talk.of('session-ended')).toMatchObject([{ reason: 'error' }])
    expect(talk.of('warning')).toMatchObject([{ code: 'internal' }])
  })

  it('does not come for idleness while a long answer is heard', async () => {
    const long = Array.from({ length: 40 }, (_, index) => ({ text: `w${index}`, ms: 500 }))
    const talk = await SimConversation.start({
      answer: () => ({ ...tenWords, words: long }),
      opens: true,
      limits: { idleMs: 5_000 },
    })
    await talk.silence(19_000)
    expect(talk.session.ending).toBeUndefined()
  })
})

describe('a session whose engine does not connect', () => {
  it('throws what the engine threw, is over, and leaves the leg to who brought it', async () => {
    const talk = await SimConversation.create({
      around: () => ({
        connect: () => Promise.reject(new ParleyError('voice_unavailable')),
      }),
    })
    await expect(talk.session.start(talk.caller)).rejects.toMatchObject({ code: 'voice_unavailable' })
    expect(talk.events.map(({ kind }) => kind)).toEqual(['session-started', 'session-ended'])
    expect(talk.caller.closedBy).toBeUndefined()
    expect(talk.clock.pending).toBe(0)
  })

  it('closes leg and engine when it is ended meanwhile', async () => {
    let connected: () => void = () => {}
    const wait = new Promise<void>(resolve => {
      connected = resolve
    })
    const talk = await SimConversation.create({
      around: engine => ({
        async connect(call) {
          await wait
          return engine.connect(call)
        },
      }),
    })
    const started = talk.session.start(talk.caller)
    await talk.session.end('draining')
    expect(talk.caller.closedBy).toBe('draining')
    connected()
    await started
    await talk.clock.advance(100)
    expect(talk.engine.closed).toBe(1)
    expect(talk.events.at(-1)?.kind).toBe('session-ended')
    expect(talk.clock.pending).toBe(0)
  })
})

describe('a resume', () => {
  it('from a second socket shuts the first, twice as once, and the reply is heard to its end', async () => {
    const talk = await SimConversation.start({
      answer: () => tenWords,
      opens: true,
      caller: { reportEveryMs: 60 },
    })
    await talk.silence(800)
    const first = talk.caller
    talk.resume()
    const second = talk.caller
    await talk.silence(60)
    talk.resume()
    expect([first.closedBy, second.closedBy]).toEqual(['replaced', 'replaced'])
    first.type('from the grave')
    await talk.silence(5_000)
    expect(talk.of('reply-ended')).toMatchObject([{ interrupted: false, heard: { ms: 3_000 } }])
  })

  it('while the answer is made brings the whole answer to the new leg', async () => {
    const talk = await SimConversation.start({ answer: () => ({ ...tenWords, thinkMs: 1_000 }), opens: true })
    talk.caller.drop()
    await talk.clock.advance(3_000)
    expect(talk.session.floor).toBe('thinking')
    talk.resume()
    await talk.silence(5_000)
    expect(talk.caller.sent[0]?.fromMs).toBe(0)
    expect(talk.of('reply-ended')).toMatchObject([{ heard: { ms: 3_000, complete: true } }])
  })

  it('of a session that is ending is refused', async () => {
    const talk = await SimConversation.start({ journal: { write: () => new Promise(() => {}) } })
    talk.caller.type('hello')
    await talk.silence(100)
    const ending = talk.session.end('client')
    expect(() => talk.resume()).toThrow(expect.objectContaining({ code: 'resume_failed' }))
    await Promise.all([ending, talk.clock.advance(6_000)])
  })
})
