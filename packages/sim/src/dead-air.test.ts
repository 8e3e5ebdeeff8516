import { defaultTurnPolicy, type ReplyId, type TurnPolicy } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SimConversation, type SimConversationOptions } from './sim-conversation.js'
import type { SimReply } from './sim-engine.js'

const spoken = (text: string, thinkMs = 0): SimReply => ({
  thinkMs,
  paceMs: 0,
  words: text.split(' ').map(word => ({ text: word, ms: 300 })),
})

const deadAir = (own: Partial<TurnPolicy['deadAir']>): Partial<TurnPolicy> => ({
  speculation: { perTurn: 0, wastedMsPerMinute: 0 },
  deadAir: { ...defaultTurnPolicy.deadAir, ...own },
})

/** A caller who said something and waits for an answer that takes `thinkMs`. */
async function waiting(thinkMs: number, own: SimConversationOptions = {}) {
  const talk = await SimConversation.start({
    answer: () => spoken('your bill is thirty euros', thinkMs),
    recognise: () => ({ text: 'what is my bill', delayMs: 60 }),
    say: spoken,
    policy: deadAir({ fillers: ['one moment please', 'let me see'], fillerAfterMs: 1_000 }),
    caller: { aheadMs: 100 },
    ...own,
  })
  await talk.speak(600)
  return talk
}

const agentTexts = (talk: SimConversation) =>
  talk.session.history.filter(({ role }) => role === 'agent').map(({ text }) => text)

describe('a filler', () => {
  it('is said when the answer is late, and the answer comes after it in one reply', async () => {
    const talk = await waiting(4_000)
    await talk.silence(9_000)
    const [started] = talk.of('reply-started')
    const [filler] = talk.of('filler')
    expect(filler?.text).toBe('one moment please')
    expect((filler?.atMs ?? 0) - (started?.atMs ?? 0)).toBe(1_000)
    expect(agentTexts(talk)).toEqual(['one moment please your bill is thirty euros'])
    expect(talk.engine.saying).toEqual(['one moment please'])
    expect(talk.of('reply-ended')).toHaveLength(1)
  })

  it('is not said when the answer comes in time, nor twice for one turn', async () => {
    const prompt = await waiting(900)
    await prompt.silence(5_000)
    expect(prompt.of('filler')).toEqual([])
    const late = await waiting(6_000)
    await late.silence(12_000)
    expect(late.of('filler')).toHaveLength(1)
  })

  it('takes the next text for the next wait', async () => {
    const talk = await waiting(3_000)
    await talk.silence(8_000)
    await talk.speak(600)
    await talk.silence(8_000)
    expect(talk.engine.saying).toEqual(['one moment please', 'let me see'])
  })

  it('gives way to the answer at the next end of a word', async () => {
    // The filler begins 1,000 ms after the turn; the answer comes 1,350 ms after it, in the second word.
    const talk = await waiting(1_350)
    await talk.silence(6_000)
    const [ended] = talk.of('reply-ended')
    expect(ended?.said).toBe('one moment your bill is thirty euros')
    expect(ended?.heard).toMatchObject({ ms: 7 * 300, complete: true })
    expect(agentTexts(talk)).toEqual(['one moment your bill is thirty euros'])
  })

  it('leaves nothing behind when none of it had left', async () => {
    const talk = await waiting(1_350, { say: text => spoken(text, 400) })
    await talk.silence(6_000)
    expect(talk.of('filler')).toHaveLength(1)
    expect(agentTexts(talk)).toEqual(['your bill is thirty euros'])
  })

  it('leaves the words of the answer where they sound', async () => {
    const talk = await waiting(1_350)
    await talk.silence(6_000)
    const places = talk.of('reply-words').map(({ text, untilMs }) => [text.trim(), untilMs])
    expect(places.slice(-5)).toEqual([
      ['your', 900],
      ['bill', 1_200],
      ['is', 1_500],
      ['thirty', 1_800],
      ['euros', 2_100],
    ])
  })

  it('stands in the history as far as it was heard', async () => {
    const talk = await waiting(5_000)
    await talk.silence(2_300)
    const [filler] = talk.of('filler')
    expect(filler).toBeDefined()
    talk.caller.interrupt()
    await talk.silence(2_000)
    const [ended] = talk.of('reply-ended')
    const earMs = talk.caller.ear.heardMs(ended?.reply as ReplyId, talk.clock.now())
    expect(ended?.interrupted).toBe(true)
    expect(ended?.heard.text).toBe(
      'one moment please'
        .split(' ')
        .slice(0, Math.floor(earMs / 300))
        .join(' '),
    )
    expect(ended?.heard.text).not.toBe('')
    expect(agentTexts(talk)).toEqual([ended?.heard.text])
  })

  it('is interrupted by the caller like any reply, and the answer is not said either', async () => {
    const talk = await waiting(3_000)
    await talk.silence(2_000)
    expect(talk.session.floor).toBe('agent')
    await talk.speak(900)
    expect(talk.session.floor).toBe('user')
    expect(talk.engine.started).toBe(2)
  })

  it('may be interrupted although the answer may not', async () => {
    const talk = await waiting(2_000, {
      answer: () => ({ ...spoken('this is the law', 2_000), bargeIn: 'none' }),
      say: () => spoken('one moment please while i look for it'),
    })
    await talk.silence(2_300)
    await talk.speak(800)
    expect(talk.of('ducked')).not.toEqual([])
    expect(agentTexts(talk)[0]).not.toContain('law')
  })

  it('is not said to a leg that is gone', async () => {
    const talk = await waiting(5_000)
    await talk.silence(1_000)
    talk.caller.drop()
    await talk.clock.advance(3_000)
    expect(talk.of('filler')).toEqual([])
    talk.resume()
    await talk.silence(200)
    expect(talk.of('filler')).toHaveLength(1)
  })

  it('is no answer to the ledger of the turn', async () => {
    const talk = await waiting(3_000)
    await talk.silence(8_000)
    const [started] = talk.of('reply-started')
    const [told] = talk.of('ledger')
    // 3,000 ms for the answer, and at most the wait for the end of the filler's word before it.
    const answeredMs = (told?.ledger.totalMs ?? 0) - ((started?.atMs ?? 0) - 640)
    expect(answeredMs).toBeGreaterThanOrEqual(3_000)
    expect(answeredMs).toBeLessThan(3_500)
    expect(told?.ledger.unattributedMs).toBe(0)
    expect(talk.of('ledger')).toHaveLength(1)
  })

  it('is not tried with an engine that cannot say it', async () => {
    const talk = await SimConversation.start({
      answer: () => spoken('your bill is thirty euros', 4_000),
      policy: deadAir({ fillers: ['one moment'], fillerAfterMs: 1_000 }),
    })
    talk.caller.type('what is my bill')
    await talk.silence(8_000)
    expect(talk.of('filler')).toEqual([])
    expect(agentTexts(talk)).toEqual(['your bill is thirty euros'])
  })

  it('leaves every word in its place, whenever the answer comes and however the voice keeps pace', async () => {
    const wait = fc.record({
      lateMs: fc.integer({ min: 900, max: 3_500 }),
      fillerPaceMs: fc.integer({ min: 0, max: 600 }),
      fillerThinkMs: fc.integer({ min: 0, max: 500 }),
      aheadMs: fc.integer({ min: 20, max: 400 }),
    })
    await fc.assert(
      fc.asyncProperty(wait, async ({ lateMs, fillerPaceMs, fillerThinkMs, aheadMs }) => {
        const talk = await waiting(lateMs, {
          say: text => ({ ...spoken(text, fillerThinkMs), paceMs: fillerPaceMs }),
          caller: { aheadMs },
        })
        await talk.silence(9_000)
        const [ended] = talk.of('reply-ended')
        const words = ended?.said.split(' ') ?? []
        // Each word of the simulated voice is 300 ms of sound: what was said and what sounded are the same.
        expect(ended?.heard).toMatchObject({ complete: true, ms: words.length * 300, text: ended?.said })
        expect(words.slice(-5)).toEqual('your bill is thirty euros'.split(' '))
        expect('one moment please'.startsWith(words.slice(0, -5).join(' '))).toBe(true)
      }),
      { numRuns: 40 },
    )
  })
})

describe('a caller who says nothing', () => {
  const prompts = deadAir({
    prompts: ['are you there', 'hello'],
    promptAfterMs: 5_000,
    goodbye: 'goodbye then',
  })
  const answer = () => spoken('your bill is thirty euros', 100)

  it('is asked twice, told goodbye, and the session ends once that was heard', async () => {
    const talk = await SimConversation.start({ answer, say: spoken, policy: prompts, opens: true })
    await talk.silence(25_000)
    expect(talk.engine.saying).toEqual(['are you there', 'hello', 'goodbye then'])
    expect(agentTexts(talk)).toEqual([
      ...['your bill is thirty euros', 'are you there', 'hello', 'goodbye then'],
    ])
    expect(talk.of('session-ended').map(({ reason }) => reason)).toEqual(['idle'])
    expect(talk.caller.closedBy).toBe('idle')
    const ended = talk.of('reply-ended').at(-1)
    const heardMs = talk.caller.ear.heardMs(ended?.reply as ReplyId, talk.clock.now())
    expect(heardMs).toBe(600)
  })

  it('is asked after a silence that begins with the end of what was heard', async () => {
    const talk = await SimConversation.start({ answer, say: spoken, policy: prompts, opens: true })
    await talk.silence(13_000)
    const heardAt = talk.of('reply-ended').map(({ atMs }) => atMs)
    const askedAt = talk.of('reply-started').map(({ atMs }) => atMs)
    expect((askedAt[1] ?? 0) - (heardAt[0] ?? 0)).toBeGreaterThanOrEqual(5_000)
    expect((askedAt[1] ?? 0) - (heardAt[0] ?? 0)).toBeLessThanOrEqual(5_040)
    expect((askedAt[2] ?? 0) - (heardAt[1] ?? 0)).toBeLessThanOrEqual(5_040)
  })

  it('may answer at any time, and is asked from the first prompt on again', async () => {
    const talk = await SimConversation.start({
      answer,
      say: spoken,
      policy: prompts,
      recognise: () => ({ text: 'yes', delayMs: 60 }),
    })
    await talk.silence(12_500)
    expect(talk.engine.saying).toEqual(['are you there', 'hello'])
    await talk.speak(600)
    await talk.silence(9_000)
    expect(talk.engine.saying).toEqual(['are you there', 'hello', 'are you there'])
    expect(talk.session.ending).toBeUndefined()
  })

  it('may break into the goodbye, and the session goes on', async () => {
    const talk = await SimConversation.start({
      answer,
      say: text => spoken(text === 'goodbye then' ? 'goodbye then and call us again soon' : text),
      policy: prompts,
      recognise: () => ({ text: 'wait', delayMs: 60 }),
    })
    for (let waited = 0; waited < 30_000 && talk.engine.saying.length < 3; waited += 20)
      await talk.silence(20)
    await talk.silence(600)
    await talk.speak(800)
    await talk.silence(3_000)
    expect(talk.session.ending).toBeUndefined()
    expect(agentTexts(talk).at(-1)).toBe('your bill is thirty euros')
  })

  it('is told nothing where there is no goodbye: the session just ends', async () => {
    const policy = deadAir({ prompts: ['are you there'], promptAfterMs: 5_000 })
    const talk = await SimConversation.start({ answer, say: spoken, policy })
    await talk.silence(13_000)
    expect(talk.engine.saying).toEqual(['are you there'])
    expect(talk.of('session-ended').map(({ reason }) => reason)).toEqual(['idle'])
  })

  it('is not asked while the leg is lost, and has the whole wait again once it is back', async () => {
    const talk = await SimConversation.start({ answer, say: spoken, policy: prompts })
    await talk.silence(4_000)
    talk.caller.drop()
    await talk.clock.advance(20_000)
    expect(talk.engine.saying).toEqual([])
    talk.resume()
    await talk.silence(4_900)
    expect(talk.engine.saying).toEqual([])
    await talk.silence(200)
    expect(talk.engine.saying).toEqual(['are you there'])
  })

  it('says something by pressing a key', async () => {
    const talk = await SimConversation.start({ answer, say: spoken, policy: prompts })
    await talk.silence(4_000)
    talk.caller.dtmf('5')
    await talk.silence(4_000)
    expect(talk.engine.saying).toEqual([])
    await talk.silence(1_200)
    expect(talk.engine.saying).toEqual(['are you there'])
  })

  it('is not asked by an engine that cannot', async () => {
    const talk = await SimConversation.start({ answer, policy: prompts })
    await talk.silence(30_000)
    expect(talk.of('reply-started')).toEqual([])
    expect(talk.session.ending).toBeUndefined()
  })
})
