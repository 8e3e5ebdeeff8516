import { createSessionUsage, defaultTurnPolicy } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { SimConversation } from './sim-conversation.js'

const policy = (speculation: Partial<typeof defaultTurnPolicy.speculation>) => ({
  speculation: { ...defaultTurnPolicy.speculation, ...speculation },
})

/** Every utterance has its own final text after 60 ms; answers are four words of 300 ms that come at once. */
async function start(speculation: Partial<typeof defaultTurnPolicy.speculation> = {}) {
  let utterance = 0
  return await SimConversation.start({
    answer: ({ text }) => ({
      thinkMs: 20,
      paceMs: 5,
      usage: { inputTokens: text.split(' ').length * 10, outputTokens: 7 },
      words: ['here', 'it', 'is', 'then'].map(word => ({ text: word, ms: 300 })),
    }),
    recognise: () => ({ text: `part ${++utterance}`, delayMs: 60 }),
    policy: policy(speculation),
  })
}

/** Speaks with pauses too short to end the turn, each long enough to prepare an answer in. */
async function hesitate(talk: SimConversation, times: number): Promise<void> {
  for (let time = 0; time < times; time++) {
    await talk.speak(300)
    await talk.silence(500)
  }
}

describe('an answer prepared and thrown away', () => {
  it('is told with its sound, words and tokens', async () => {
    const talk = await start()
    await hesitate(talk, 1)
    await talk.speak(300)
    expect(talk.of('reply-discarded')).toEqual([
      expect.objectContaining({ reply: 'rpl_1', audioMs: 1_200, words: 4, inputTokens: 20, outputTokens: 7 }),
    ])
  })

  it('is paid all the same: its account is waste, that of the answer that was heard is not', async () => {
    const usage = createSessionUsage()
    const by = { slot: 'llm', provider: 'acme' } as const
    const talk = await SimConversation.start({
      usage,
      answer({ account }) {
        account?.used(by, { inputTokens: 10 })
        return { thinkMs: 20, paceMs: 5, words: [{ text: 'here', ms: 300 }] }
      },
      recognise: () => ({ text: 'go on', delayMs: 60 }),
    })
    await hesitate(talk, 1)
    await talk.speak(300)
    expect(usage.lines()).toMatchObject([{ used: { inputTokens: 10 }, wasted: { inputTokens: 10 } }])
    await talk.silence(5_000)
    expect(talk.of('reply-ended')).toHaveLength(1)
    const thrownAway = talk.of('reply-discarded').length
    expect(usage.lines()).toMatchObject([
      { used: { inputTokens: 10 * (thrownAway + 1) }, wasted: { inputTokens: 10 * thrownAway } },
    ])
  })

  it('costs what was made of it until then, and is not counted again', async () => {
    const talk = await SimConversation.start({
      answer: () => ({
        thinkMs: 100,
        paceMs: 200,
        words: Array.from({ length: 9 }, () => ({ text: 'la', ms: 300 })),
      }),
      recognise: () => ({ text: 'go on', delayMs: 60 }),
    })
    await hesitate(talk, 1)
    await talk.speak(300)
    const [discarded] = talk.of('reply-discarded')
    expect(discarded?.words).toBe((discarded?.audioMs ?? 0) / 300)
    expect(discarded?.words).toBeGreaterThan(0)
    expect(discarded?.words).toBeLessThan(9)
    await talk.silence(5_000)
    expect(talk.of('reply-discarded').filter(({ reply }) => reply === 'rpl_1')).toHaveLength(1)
  })

  it('leaves no trace in the history', async () => {
    const talk = await start()
    await hesitate(talk, 2)
    await talk.silence(4_000)
    expect(talk.session.history.filter(({ role }) => role === 'agent')).toHaveLength(1)
  })
})

describe('the budget of speculation', () => {
  it('lets no more than so many answers of one turn be thrown away, and the turn is answered all the same', async () => {
    const talk = await start({ perTurn: 2, wastedMsPerMinute: 600_000 })
    await hesitate(talk, 6)
    expect(talk.of('reply-discarded')).toHaveLength(2)
    expect(talk.of('reply-prepared')).toHaveLength(2)
    await talk.silence(4_000)
    expect(talk.of('reply-started').map(({ reply }) => reply)).toEqual(['rpl_3'])
  })

  it('begins anew with the next turn', async () => {
    const talk = await start({ perTurn: 1, wastedMsPerMinute: 600_000 })
    for (const turns of [1, 2]) {
      await hesitate(talk, 3)
      await talk.silence(4_000)
      expect(talk.of('reply-discarded')).toHaveLength(turns)
    }
  })

  it('prepares nothing at all where it is none', async () => {
    const talk = await start({ perTurn: 0 })
    await hesitate(talk, 3)
    await talk.silence(4_000)
    expect(talk.of('reply-prepared')).toEqual([])
    expect(talk.of('reply-started')).toHaveLength(1)
  })

  it('stops at so much wasted sound, until a minute has passed', async () => {
    const talk = await start({ perTurn: 20, wastedMsPerMinute: 3_000 })
    await hesitate(talk, 7)
    // 1,200 ms each: the third goes over the 3,000 ms, and nothing is prepared after it.
    expect(talk.of('reply-discarded')).toHaveLength(3)
    await talk.silence(62_000)
    await hesitate(talk, 2)
    expect(talk.of('reply-discarded')).toHaveLength(4)
  })

  it('holds for every caller, and no answer is used twice', async () => {
    const act = fc.record({
      kind: fc.constantFrom('speak', 'silence', 'type', 'commit', 'interrupt', 'drop'),
      ms: fc.integer({ min: 20, max: 1_500 }),
    })
    const world = fc.record({
      acts: fc.array(act, { minLength: 2, maxLength: 16 }),
      perTurn: fc.integer({ min: 0, max: 3 }),
      wastedMsPerMinute: fc.integer({ min: 0, max: 4_000 }),
    })
    await fc.assert(
      fc.asyncProperty(world, async ({ acts, perTurn, wastedMsPerMinute }) => {
        const talk = await start({ perTurn, wastedMsPerMinute })
        for (const { kind, ms } of acts) {
          if (kind === 'speak') await talk.speak(ms)
          else if (kind === 'drop') {
            talk.caller.drop()
            await talk.clock.advance(ms)
            talk.resume()
          } else {
            if (kind === 'type') talk.caller.type('typed')
            if (kind === 'commit') talk.caller.commit()
            if (kind === 'interrupt') talk.caller.interrupt()
            await talk.silence(ms)
          }
        }
        await talk.silence(5_000)
        await Promise.all([talk.session.end('client'), talk.clock.advance(10_000)])
        const ids = (kind: 'reply-prepared' | 'reply-discarded' | 'reply-started' | 'reply-ended') =>
          talk.of(kind).map(({ reply }) => reply)
        const [prepared, discarded, started, ended] = [
          ids('reply-prepared'),
          ids('reply-discarded'),
          ids('reply-started'),
          ids('reply-ended'),
        ]
        for (const each of [prepared, discarded, started, ended]) expect(new Set(each).size).toBe(each.length)
        // What was prepared is used or thrown away, never both and never neither.
        for (const reply of prepared) expect(discarded.includes(reply)).toBe(!started.includes(reply))
        expect(new Set(ended)).toEqual(new Set(started))
        for (const { reply } of talk.caller.sent) expect(discarded).not.toContain(reply)
        for (const { turn } of talk.of('turn-committed')) {
          const thrown = talk.of('reply-discarded').filter(each => each.turn === turn)
          expect(thrown.length).toBeLessThanOrEqual(perTurn)
        }
        const wasted = talk.of('reply-discarded')
        for (const { atMs } of talk.of('reply-prepared')) {
          const before = wasted.filter(each => each.atMs <= atMs && atMs - each.atMs < 60_000)
          // The one thrown away at this very moment makes room for this one and counts for the next.
          const budget = before.reduce((sum, { audioMs }) => sum + audioMs, 0)
          expect(budget).toBeLessThan(Math.max(wastedMsPerMinute, 1))
        }
      }),
      { numRuns: 60 },
    )
  })
})
