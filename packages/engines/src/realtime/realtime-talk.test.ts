import { ParleyError, type TurnId, unsteered } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { startTalk } from './realtime-talk.test-kit.js'

describe('a talk with a model that hears and speaks', () => {
  it('gives the model exactly the sound of a turn, and the caller its answer', async () => {
    const talk = await startTalk({ far: { answer: () => 'It is noon.' } })
    await talk.silence(2_000)
    await talk.say('what time is it')
    await talk.silence(4_000)
    const [user, agent] = talk.far.last.items
    expect(user?.text).toBe('what time is it')
    expect(agent?.text).toBe('It is noon.')
    expect(talk.of('reply-ended').map(({ heard }) => heard.text.trim())).toEqual(['It is noon.'])
    expect(talk.of('transcript-final').map(({ text }) => text)).toEqual(['what time is it'])
    expect(talk.refusals).toEqual([])
    expect(talk.warnings).toEqual([])
  })

  it('sends no sound while nobody speaks', async () => {
    const talk = await startTalk()
    await talk.silence(20_000)
    expect(talk.far.last.heardMs).toBe(0)
    await talk.say('hello there')
    await talk.silence(5_000)
    expect(talk.far.last.heardMs).toBeLessThan(codeMs('hello there') + 1_200)
  })

  it('cuts what the far end remembers to what the caller heard', async () => {
    const text = 'One two three four five six seven eight nine ten eleven twelve.'
    const talk = await startTalk({ far: { answer: () => text }, sim: reporting })
    await talk.say('count')
    await talk.silence(1_900)
    await talk.say('stop it now please')
    await talk.silence(3_000)
    const [ended] = talk.of('reply-ended')
    const item = talk.far.last.items[1]
    const heardMs = talk.talk.caller.ear.heardMs(ended?.reply as never, talk.clock.now())
    expect(ended?.interrupted).toBe(true)
    expect(Math.abs((item?.ms ?? 0) - heardMs)).toBeLessThanOrEqual(20)
    expect(talk.refusals).toEqual([])
  })

  it('sends a turn again without the word over the agent that was let pass', async () => {
    const talk = await startTalk({
      far: { answer: () => 'One two three four five six seven eight nine ten.' },
    })
    await talk.say('go')
    await talk.silence(1_700)
    await talk.say('hm')
    await talk.silence(9_000)
    await talk.say('and now this')
    await talk.silence(4_000)
    expect(talk.far.last.memory.filter(line => line.startsWith('user'))).toEqual([
      expect.stringMatching(/^user: go \[/),
      expect.stringMatching(/^user: and now this \[/),
    ])
    expect(talk.refusals).toEqual([])
  })

  it('keeps a pause inside a turn', async () => {
    const talk = await startTalk()
    await talk.say('first')
    await talk.silence(550)
    await talk.say('second')
    await talk.silence(2_500)
    expect(talk.far.last.items[0]?.text).toBe('first second')
    expect(talk.far.last.items[0]?.ms).toBeGreaterThan(300 + codeMs('first second') + 500)
  })

  it('greets word for word, and has the greeting in the far memory when it was heard', async () => {
    const said: string[] = []
    const talk = await startTalk({
      greeting: 'Hello, this is the shop.',
      sim: { opens: true },
      far: {
        answer: ask => {
          said.push(`${ask.beside === true ? 'beside' : 'inside'}`)
          return ask.beside === true
            ? (ask.input?.map(item => ('text' in item ? item.text : '')).join() ?? '')
            : 'Yes.'
        },
      },
    })
    await talk.silence(4_000)
    expect(talk.far.last.memory).toEqual([])
    await talk.say('good day')
    await talk.silence(3_000)
    expect(said).toEqual(['beside', 'inside'])
    expect(talk.far.last.memory[0]).toBe('assistant: Hello, this is the shop.')
    expect(talk.far.last.memory[1]).toMatch(/^user: good day \[/)
    expect(talk.warnings).toEqual([])
  })

  it('lets the model open where there is no greeting', async () => {
    const talk = await startTalk({ sim: { opens: true }, far: { answer: () => 'Hi, I am the model.' } })
    await talk.silence(3_000)
    expect(talk.of('reply-ended').map(({ heard }) => heard.text.trim())).toEqual(['Hi, I am the model.'])
    expect(talk.far.last.asks[0]?.beside).toBeUndefined()
  })

  it('warns once of a model that says other words than it was given', async () => {
    const talk = await startTalk({
      greeting: 'Hello, this is the shop.',
      sim: { opens: true },
      far: { answer: () => 'Hello, how can I help?' },
    })
    await talk.silence(3_000)
    expect(talk.warnings).toEqual([expect.stringContaining('voice_failed: The model was to say')])
  })

  it('answers what was typed', async () => {
    const talk = await startTalk()
    talk.talk.caller.type('is it open')
    await talk.silence(2_000)
    expect(talk.far.last.memory).toEqual([
      'user: is it open',
      expect.stringContaining('assistant: Yes of course.'),
    ])
    expect(talk.far.last.heardMs).toBe(0)
  })

  it('takes out what was not heard at all, and asks for nothing that is refused when the caller goes on', async () => {
    const talk = await startTalk({
      far: { answer: () => 'A long answer to half of a question.', thinkMs: 50 },
    })
    await talk.say('I want')
    await talk.silence(760)
    await talk.say('a table')
    await talk.silence(5_000)
    expect(talk.of('turn-reopened').length).toBe(1)
    expect(talk.far.last.memory).toEqual([
      expect.stringMatching(/^user: I want \[/),
      expect.stringMatching(/^user: a table \[/),
      expect.stringContaining('assistant: A long answer'),
    ])
    expect(talk.refusals).toEqual([])
  })

  it('follows a far end that steers: its history, its tools and when to answer', async () => {
    let answers = 0
    const tool = {
      name: 'client_tool',
      description: 'Of the client.',
      parameters: { type: 'object' },
    } as const
    const talk = await startTalk({
      far: {
        answer: (_, { items }) =>
          answers++ === 0
            ? { call: { id: 'call_1', name: 'client_tool', arguments: {} } }
            : `So: ${items.findLast(({ kind }) => kind === 'tool-result')?.text}`,
      },
    })
    const steer = (act: Parameters<typeof talk.talk.caller.steer>[0]) => talk.talk.caller.steer(act)
    steer(steering => {
      steering.configure({
        ...unsteered,
        answers: 'asked',
        wishes: { tools: [tool], instructions: 'Be quick.' },
      })
      steering.remember({ kind: 'system', id: 'itm_1' as TurnId, text: 'It is Monday.' })
      steering.remember({ kind: 'user', id: 'itm_2' as TurnId, text: 'What now' })
      steering.answer()
    })
    await talk.silence(1_500)
    expect(talk.of('tool-called').map(({ call }) => call.name)).toEqual(['client_tool'])
    steer(steering => {
      steering.remember({ kind: 'tool-result', id: 'itm_3' as TurnId, call: 'call_1', text: 'rain' })
      steering.answer()
    })
    await talk.silence(3_000)
    expect(talk.of('reply-ended').map(({ heard }) => heard.text.trim())).toContain('So: rain')
    expect(talk.far.last.asks.map(({ instructions }) => instructions)).toEqual(['Be quick.', 'Be quick.'])
    await talk.say('and sound')
    await talk.silence(3_000)
    expect(talk.far.last.asks.length).toBe(2)
    steer(steering => steering.answer())
    await talk.silence(3_000)
    expect(talk.far.last.memory.map(line => line.replace(/ \[\d+\]/, ''))).toEqual([
      'system: It is Monday.',
      'user: What now',
      'tool-call: client_tool call_1',
      'tool-result: rain',
      'assistant: So: rain',
      'user: and sound',
      'assistant: So: rain',
    ])
    expect(talk.refusals).toEqual([])
  })
})

describe('turns that nobody answers at once', () => {
  const asked = { ...unsteered, answers: 'asked' } as const
  const silentFar = { wordsMs: 1_000_000, answer: () => 'Both heard.' }
  const bare = (lines: readonly string[]) => lines.map(line => line.replace(/ \[\d+\]/, ''))

  it('are heard by the far end at their end, all of them, though nobody writes them down', async () => {
    const talk = await startTalk({ far: silentFar })
    talk.talk.caller.steer(steering => steering.configure(asked))
    for (const text of ['the first thing', 'and another']) {
      await talk.say(text)
      await talk.silence(2_000)
    }
    expect(bare(talk.far.last.memory)).toEqual(['user: the first thing', 'user: and another'])
    talk.talk.caller.steer(steering => steering.answer())
    await talk.silence(3_000)
    expect(bare(talk.far.last.memory)).toEqual([
      ...['user: the first thing', 'user: and another', 'assistant: Both heard.'],
    ])
    expect(talk.refusals).toEqual([])
  })

  it('are heard by the session that follows one that was lost meanwhile', async () => {
    const talk = await startTalk({ far: silentFar })
    talk.talk.caller.steer(steering => steering.configure(asked))
    for (const text of ['the first thing', 'and another']) {
      await talk.say(text)
      await talk.silence(2_000)
      talk.far.last.lose(new ParleyError('provider_failed', 'The connection broke.', { retryable: true }))
      await talk.silence(500)
    }
    talk.talk.caller.steer(steering => steering.answer())
    await talk.silence(3_000)
    expect(bare(talk.far.last.memory)).toEqual([
      ...['user: the first thing', 'user: and another', 'assistant: Both heard.'],
    ])
    expect(talk.refusals).toEqual([])
  })

  it('leave the far end once they are taken out of the history, though nobody wrote them down', async () => {
    const talk = await startTalk({ far: silentFar })
    talk.talk.caller.steer(steering => steering.configure(asked))
    await talk.say('a secret')
    await talk.silence(2_000)
    const [turn] = talk.of('turn-committed')
    talk.talk.caller.steer(steering => steering.forget({ turn: turn?.turn as TurnId }))
    await talk.silence(100)
    expect(talk.far.last.memory).toEqual([])
    expect(talk.refusals).toEqual([])
  })
})

describe('a talk that nobody writes down', () => {
  it('is known to the next session by its answers, and where the caller spoke between', async () => {
    const talk = await startTalk({ far: { wordsMs: 1_000_000, answer: () => 'Yes of course.' } })
    for (const text of ['one thing', 'and another']) {
      await talk.say(text)
      await talk.silence(4_000)
    }
    talk.far.last.lose(new ParleyError('provider_failed', 'The connection broke.', { retryable: true }))
    await talk.silence(500)
    expect(talk.far.sessions.length).toBe(2)
    const note = 'user: (The caller said something here that was not written down.)'
    const answer = 'assistant: Yes of course.'
    expect(talk.far.last.memory).toEqual([note, answer, note, answer])
    expect(talk.refusals).toEqual([])
  })
})

/** A far end that tells what it played. */
const reporting = { caller: { reportEveryMs: 40 } }

function codeMs(text: string): number {
  return text.split(' ').reduce((sum, word) => sum + word.length * 20 + 40, 0)
}
