import type { Engine, ReplyPart } from '@parley/core'
import { defaultTurnPolicy } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { beginLife, idsOfLife, SIM_WORD_MS, sayWords, succeed, wordsFor } from './going-on.test-kit.js'
import { SimConversation, type SimConversationOptions } from './sim-conversation.js'
import type { SimEngine, SimReply } from './sim-engine.js'

const spoken = (text: string, thinkMs = 0): SimReply => ({
  thinkMs,
  paceMs: 0,
  words: text.split(' ').map(word => ({ text: word, ms: 300 })),
})

/** A shape for each word, at its end. */
async function* shaped(parts: AsyncIterable<ReplyPart>): AsyncGenerator<ReplyPart> {
  for await (const part of parts) {
    if (part.kind === 'words' && part.untilMs !== undefined)
      yield { kind: 'visemes', cues: [{ viseme: 'aa', startMs: part.untilMs - 20, endMs: part.untilMs }] }
    yield part
  }
}

const withShapes = (engine: SimEngine): Engine => ({
  async connect(call) {
    const link = engine.connect(call)
    const { say } = link
    return {
      ...link,
      reply: (turn, signal) => shaped(link.reply(turn, signal)),
      ...(say === undefined ? {} : { say: (text: string, signal: AbortSignal) => shaped(say(text, signal)) }),
    }
  },
})

const start = (options: SimConversationOptions) =>
  SimConversation.start({
    recognise: () => ({ text: 'what is my bill', delayMs: 60 }),
    say: spoken,
    around: withShapes,
    ...options,
  })

const cuesOf = (talk: SimConversation) =>
  talk.of('reply-visemes').flatMap(({ cues }) => cues.map(({ viseme, endMs }) => [viseme, endMs]))

describe('shapes of the mouth', () => {
  it('stand where their words are', async () => {
    const talk = await start({ answer: () => spoken('ten euros please') })
    await talk.speak(600)
    await talk.silence(3_000)
    expect(cuesOf(talk)).toEqual([
      ['aa', 300],
      ['aa', 600],
      ['aa', 900],
    ])
    const words = talk.of('reply-words').map(({ untilMs }) => untilMs)
    expect(words).toEqual([300, 600, 900])
  })

  it('of an answer stand behind the filler, of which no more are shown than are said', async () => {
    const talk = await start({
      answer: () => spoken('your bill', 1_350),
      policy: {
        speculation: { perTurn: 0, wastedMsPerMinute: 0 },
        deadAir: { ...defaultTurnPolicy.deadAir, fillers: ['one moment please'], fillerAfterMs: 1_000 },
      },
      caller: { aheadMs: 100 },
    })
    await talk.speak(600)
    await talk.silence(6_000)
    expect(talk.of('reply-ended')[0]?.said).toBe('one moment your bill')
    expect(cuesOf(talk)).toEqual([
      ['aa', 300],
      ['aa', 600],
      ['aa', 900],
      ['sil', 600],
      ['aa', 900],
      ['aa', 1_200],
    ])
  })

  it('of an answer stand behind what another process had left to say of it', async () => {
    const slow: SimConversationOptions = {
      answer: turn => sayWords(wordsFor(turn, 12), { paceMs: SIM_WORD_MS + 20 }),
      around: withShapes,
    }
    const first = await beginLife({ ...slow, ids: idsOfLife(1) })
    first.talk.caller.type('what is on today')
    await first.talk.silence(1_500)
    first.kill()
    const { talk } = await succeed(first, { ...slow, ids: idsOfLife(2) })
    await talk.silence(6_000)
    expect(talk.engine.turns).toHaveLength(1)
    const words = talk.of('reply-words').map(({ untilMs }) => untilMs)
    expect(words.length).toBeGreaterThan(4)
    expect(cuesOf(talk).map(([, endMs]) => endMs)).toEqual(words)
    expect(words).toEqual(words.map((_, at) => (at + 1) * SIM_WORD_MS))
  })

  it('of a reply that was prepared are told with its release, and of one thrown away never', async () => {
    const talk = await start({ answer: () => spoken('ten euros') })
    await talk.speak(600)
    await talk.silence(4_000)
    const started = talk.events.findIndex(({ kind }) => kind === 'reply-started')
    const shapes = talk.events.findIndex(({ kind }) => kind === 'reply-visemes')
    expect(shapes).toBeGreaterThan(started)
    const replies = new Set(talk.of('reply-started').map(({ reply }) => reply))
    expect(talk.of('reply-visemes').every(({ reply }) => replies.has(reply))).toBe(true)
  })
})
