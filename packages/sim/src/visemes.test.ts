import type { Engine, ReplyPart } from '@parley/core'
import { defaultTurnPolicy } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { SimConversation, type SimConversationOptions } from './sim-conversation.js'
import type { SimEngine, SimReply } from './sim-engine.js'

const spoken = (text: string, thinkMs = 0): SimReply => ({
  thinkMs,
  paceMs: 0,
  words: text.split(' ').map(word => ({ text: word, ms: 300 })),
})

/** A shape for each word, over all of it. */
async function* shaped(parts: AsyncIterable<ReplyPart>): AsyncGenerator<ReplyPart> {
  for await (const part of parts) {
    if (part.kind === 'words' && part.untilMs !== undefined)
      yield { kind: 'visemes', cues: [{ viseme: 'aa', startMs: part.untilMs - 300, endMs: part.untilMs }] }
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
  talk.of('reply-visemes').flatMap(({ cues }) => cues.map(({ viseme, startMs }) => [viseme, startMs]))

describe('shapes of the mouth', () => {
  it('stand where their words are', async () => {
    const talk = await start({ answer: () => spoken('ten euros please') })
    await talk.speak(600)
    await talk.silence(3_000)
    expect(cuesOf(talk)).toEqual([
      ['aa', 0],
      ['aa', 300],
      ['aa', 600],
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
      ['aa', 0],
      ['aa', 300],
      ['aa', 600],
      ['sil', 600],
      ['aa', 600],
      ['aa', 900],
    ])
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
