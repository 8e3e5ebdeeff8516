import { loadResampling } from '@parley/audio'
import {
  createDurationJudge,
  createFixedEndpointing,
  createTicker,
  defaultSessionLimits,
  defaultTurnPolicy,
  type Engine,
  type Inbox,
  type ReplyId,
  type ReplyPart,
  Session,
  type SessionEvent,
  type SessionId,
  type Transport,
} from '@parley/core'
import { countingIds, createThresholdEar, VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { createAnnouncing } from './announcing-engine.js'

const rate = 16_000
const resampling = await loadResampling()

async function* spoken(text: string): AsyncGenerator<ReplyPart> {
  yield { kind: 'words', text }
  yield { kind: 'audio', samples: new Int16Array(rate).fill(1_000), rate }
}

/** Says a second of sound for each sentence; hears what is typed. */
function agent(says = true): Engine {
  return {
    connect: () => ({
      hear: () => {},
      reply: turn => spoken(turn.origin === 'opening' ? 'Good day.' : `You said ${turn.text}.`),
      ...(says ? { say: (text: string) => spoken(text) } : {}),
      close: async () => {},
    }),
  }
}

async function talk(mode: 'announced' | 'consent', { says = true, opens = true, wasTold = false } = {}) {
  const clock = new VirtualClock()
  const notes: string[] = []
  const said: string[] = []
  const frames: { readonly reply: ReplyId; readonly loud: boolean }[] = []
  const announcing = createAnnouncing({
    plan: { mode, text: 'May I record?', granted: 'Thank you.', refused: 'Nothing is recorded.' },
    language: 'en',
    wasTold,
    bargeIn: 'any',
    announced: () => notes.push(`announced before ${frames.length} frames`),
    unheard: () => void notes.push('unheard'),
    answered: answer => notes.push(answer),
    wordless: () => notes.push('wordless'),
    unsayable: () => notes.push('unsayable'),
  })
  let inbox: Inbox | undefined
  const leg: Transport = {
    aheadMs: 100,
    pathMs: 0,
    reportsPlayed: false,
    rewinds: false,
    outputRate: rate,
    open(opened) {
      inbox = opened
    },
    play: (_, reply) => void frames.push({ reply, loud: true }),
    clear: () => {},
    duck: () => {},
    send: () => {},
    close: () => {},
  }
  const session = new Session({
    id: 'ses_1' as SessionId,
    language: 'en',
    engine: announcing.wrap(agent(says)),
    ear: createThresholdEar(20_000),
    listenRate: rate,
    outputRate: rate,
    resampling,
    policy: defaultTurnPolicy,
    turnTaking: () => ({
      judge: createDurationJudge(defaultTurnPolicy.judge),
      endpointing: createFixedEndpointing(700),
    }),
    limits: defaultSessionLimits,
    opens,
    journal: { write: async () => {} },
    taps: [
      {
        name: 'test',
        event(event: SessionEvent) {
          announcing.event(event)
          if (event.kind === 'reply-ended') said.push(event.heard.text)
        },
      },
    ],
    clock,
    ticker: createTicker(clock),
    ids: countingIds(),
  })
  await session.start(leg)
  return {
    ...{ clock, notes, said, announcing },
    type: async (text: string, ms = 3_000) => {
      inbox?.text(text)
      await clock.advance(ms)
    },
  }
}

describe('an agent that announces the recording', () => {
  it('does so before its greeting, and before anything is heard', async () => {
    const { clock, notes, said } = await talk('announced')
    await clock.advance(3_000)
    expect([said, notes]).toEqual([['May I record? Good day.'], ['announced before 0 frames']])
  })

  it('does so before its first answer where it does not greet, and once', async () => {
    const { said, type } = await talk('announced', { opens: false })
    await type('hello')
    await type('bye')
    expect(said).toEqual(['May I record? You said hello.', 'You said bye.'])
  })

  it('does so again where the caller was not told to the end', async () => {
    const { clock, notes, said, type } = await talk('announced')
    await clock.advance(500)
    await type('wait')
    await type('bye')
    expect(said.slice(1)).toEqual(['May I record? You said wait.', 'You said bye.'])
    expect(notes).toEqual([
      'announced before 0 frames',
      'unheard',
      expect.stringMatching(/^announced before \d+ frames$/),
    ])
  })

  it('does not where another process did, and says when it cannot', async () => {
    const told = await talk('announced', { wasTold: true })
    await told.clock.advance(3_000)
    expect([told.said, told.notes]).toEqual([['Good day.'], []])
    const mute = await talk('announced', { says: false })
    await mute.clock.advance(3_000)
    expect([mute.said, mute.notes]).toEqual([['Good day.'], ['unsayable']])
  })
})

describe('an agent that asks for consent', () => {
  it.each([
    ['yes, please', 'yes', 'Thank you.'],
    ['No, thanks!', 'no', 'Nothing is recorded.'],
    ['what are your prices', 'unclear', 'You said what are your prices.'],
  ])('asks behind its greeting and takes “%s” for %s', async (text, answer, reply) => {
    const { clock, notes, said, type } = await talk('consent')
    await clock.advance(3_000)
    await type(text)
    await type('yes')
    expect([said, notes]).toEqual([['Good day. May I record?', reply, 'You said yes.'], [answer]])
  })

  it('takes an answer that comes before the end of the question, and none to a question that was not heard', async () => {
    const early = await talk('consent')
    await early.clock.advance(1_800)
    await early.type('sure')
    expect([early.said[1], early.notes]).toEqual(['Thank you.', ['yes']])
    const deaf = await talk('consent')
    await deaf.clock.advance(1_100)
    await deaf.type('yes')
    expect([deaf.said[1], deaf.notes]).toEqual(['You said yes. May I record?', []])
    await deaf.type('yes')
    expect(deaf.notes).toEqual(['yes'])
  })

  it('asks no more once it was said otherwise', async () => {
    const { clock, notes, said, type, announcing } = await talk('consent')
    await clock.advance(3_000)
    announcing.settle()
    await type('yes')
    expect([said[1], notes]).toEqual(['You said yes.', []])
  })
})
