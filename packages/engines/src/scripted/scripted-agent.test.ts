import type { HistoryEntry, LanguageModelPart, ReplyId, TurnId } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { parseScript } from './parse-script.js'
import { createScriptedAgent } from './scripted-agent.js'

const text = `agent: desk
language: en
greeting: Hello.
slots:
  extension: { type: digits, min: 3, max: 4, ask: Which extension?, phrases: "it is {extension}" }
  room: { type: list, values: { main hall: [hall], office: [] } }
  day: { type: weekday }
intents:
  transfer:
    phrases: ["transfer me [to {extension}]", "connect me with {extension}"]
    needs: extension
    confirm: "Extension {extension}, right?"
    replies: "Connecting you to {extension}."
    do: [{ note: { to: "{extension}" } }, { clear: extension }]
  last_call: { phrases: what was my last call, replies: [It was Ann., Ann called.] }
  book: { phrases: "book [the] {room} [on {day}]", replies: "Booked {room|it}. It is for {day|today}." }
  five: { phrases: press 5, replies: Five. }
  digit: { phrases: "press {extension}", replies: "Pressed {extension|it}." }
  help: { phrases: help, replies: Say transfer., aside: true }
  again: { phrases: say that again, do: repeat }
  quiz: { phrases: quiz, replies: One or two?, do: { goto: quiz } }
  pick: { phrases: [one, two], replies: Wrong., do: { goto: start } }
  left: { phrases: turn the light on, replies: "On." }
  right: { phrases: turn the light off, replies: "Off." }
  person: { phrases: "a person [for {room}]", replies: One moment., do: { transfer: sales } }
  bye: { phrases: bye, replies: Bye., do: hang-up }
states:
  quiz: { expects: pick, only: true, fallback: One or two! }
fallback: [Sorry?, { say: Good luck., do: hang-up }]
silence: Speak up.
`
const agent = createScriptedAgent(parseScript(text, 'desk.yaml'))

async function ask(history: readonly HistoryEntry[], userText?: string) {
  const parts: LanguageModelPart[] = []
  const request = { ...(userText === undefined ? {} : { userText }), history, language: 'en' }
  for await (const part of agent.stream(request, new AbortController().signal)) parts.push(part)
  const said = parts.map(part => (part.kind === 'text' ? part.text : '')).join('')
  const state = parts.find(part => part.kind === 'state')?.state ?? null
  return { said, state, actions: parts.flatMap(part => (part.kind === 'action' ? [part.action] : [])) }
}

/** Talks turn by turn, every reply heard in full. */
async function talk(...turns: string[]) {
  const history: HistoryEntry[] = []
  const replies: Awaited<ReturnType<typeof ask>>[] = []
  for (const [index, userText] of turns.entries()) {
    const reply = await ask(history, userText)
    replies.push(reply)
    const turn = `trn_${index}` as TurnId
    history.push({ role: 'user', turn, text: userText, atMs: index })
    history.push({
      role: 'agent',
      turn,
      reply: `rpl_${index}` as ReplyId,
      text: reply.said,
      interrupted: false,
      state: reply.state,
    })
  }
  return { replies, history, last: replies.at(-1) ?? (await ask([])) }
}

const sayings = async (...turns: string[]) => (await talk(...turns)).replies.map(reply => reply.said)

describe('createScriptedAgent', () => {
  it('opens with its greeting', async () => {
    expect((await ask([])).said).toBe('Hello.')
  })

  it('asks for what is missing, confirms, acts and forgets', async () => {
    const { replies } = await talk('transfer me', 'it is 5 1 2', 'yes', 'transfer me')
    expect(replies.map(reply => reply.said)).toEqual([
      'Which extension?',
      'Extension 5 1 2, right?',
      'Connecting you to 5 1 2.',
      'Which extension?',
    ])
    expect(replies[2]?.actions).toEqual([{ name: 'note', data: { to: '512' } }])
  })

  it('takes a correction while it confirms, and a no', async () => {
    expect(await sayings('transfer me to 512', 'no, 5 1 3', 'no', 'one two three', 'yes')).toEqual([
      'Extension 5 1 2, right?',
      'Extension 5 1 3, right?',
      'Which extension?',
      'Extension 1 2 3, right?',
      'Connecting you to 1 2 3.',
    ])
  })

  it.each([
    ['0042', '0 0 4 2'],
    ['five hundred and twelve', '5 1 2'],
    ['20 55', '2 0 5 5'],
    ['double oh seven', '0 0 7'],
    ['twenty twenty five', '2 0 2 5'],
  ])('reads %j as figures', async (said, read) => {
    expect((await sayings('transfer me', said)).at(-1)).toBe(`Extension ${read}, right?`)
  })

  it('returns to the open question after an aside, a repetition and a miss', async () => {
    expect(await sayings('transfer me', 'help', 'say that again', 'purple rain')).toEqual([
      'Which extension?',
      'Say transfer. Which extension?',
      'Say transfer. Which extension?',
      'Sorry? Which extension?',
    ])
  })

  it.each([
    ['whats my last call', 'Ann called.'],
    ['What was my last call??', 'Ann called.'],
    ['waht was my last cal', 'Ann called.'],
    ['can you please book the office', 'Booked office. It is for today.'],
    ['BOOK THE HALL ON MONDAY!', 'Booked main hall. It is for Monday.'],
    ['press 5', 'Five.'],
    ['press five', 'Five.'],
    ['press 5 5 5', 'Pressed 5 5 5.'],
  ])('understands typed %j', async (typed, reply) => {
    expect((await sayings('help', typed)).at(-1)).toBe(reply)
  })

  it.each(['turn the light', 'the', 'the my to', 'xyzzy', 'a '.repeat(5_000), '{extension}', '__proto__'])(
    'falls back rather than guess at %j',
    async typed => {
      expect(await sayings(typed)).toEqual(['Sorry?'])
    },
  )

  it('escalates over misses in a row and begins anew after a hit', async () => {
    expect(await sayings('zzz', 'help', 'zzz')).toEqual(['Sorry?', 'Say transfer.', 'Sorry?'])
    const { last } = await talk('zzz', 'zzz')
    expect(last).toMatchObject({ said: 'Good luck.', actions: [{ name: 'hang-up' }] })
  })

  it('has a call transferred, and tells the other side what is known', async () => {
    const { last } = await talk('a person for the main hall')
    const order = { do: 'transfer', to: 'sales', about: 'room: main hall' }
    expect(last).toMatchObject({ said: 'One moment.', actions: [{ name: 'call', order }] })
  })

  it.each(['', '   ', '?!'])('answers %j as silence', async typed => {
    expect(await sayings(typed)).toEqual(['Speak up.'])
  })

  it('hears only what a state expects, with its own fallback, until it leaves', async () => {
    expect(await sayings('quiz', 'help', 'two', 'help')).toEqual([
      'One or two?',
      'One or two!',
      'Wrong.',
      'Say transfer.',
    ])
    expect(await sayings('two')).toEqual(['Sorry?'])
  })

  it('takes variants in turn', async () => {
    expect(await sayings('what was my last call', 'what was my last call')).toEqual([
      'It was Ann.',
      'Ann called.',
    ])
  })

  it('gives the same parts for the same request', async () => {
    const { history } = await talk('transfer me', '512')
    expect(await ask(history, 'yes')).toEqual(await ask(structuredClone(history), 'yes'))
  })

  it('knows nothing of a question that was not heard', async () => {
    const { history } = await talk('help', 'transfer me')
    const unheard = history.slice(0, -1)
    expect((await ask(unheard, '512')).said).toBe('Sorry?')
    expect((await ask(history, '512')).said).toBe('Extension 5 1 2, right?')
  })

  it.each([
    null,
    7,
    { at: 'gone' },
    { turn: 1, at: 'gone', values: {}, open: { kind: 'slot', intent: 'x', slot: 'y' }, misses: 0, said: '' },
  ])('survives a state it does not know: %j', async state => {
    const entry: HistoryEntry = {
      role: 'agent',
      turn: 't' as TurnId,
      reply: 'r' as ReplyId,
      text: '',
      interrupted: false,
      state,
    }
    expect((await ask([entry], 'help')).said).toBe('Say transfer.')
  })

  it('goes on where a conversation was when it opens again', async () => {
    const { history } = await talk('transfer me')
    expect((await ask(history)).said).toBe('Which extension?')
  })

  it('says nothing once aborted', async () => {
    const parts: LanguageModelPart[] = []
    for await (const part of agent.stream({ history: [], language: 'en' }, AbortSignal.abort()))
      parts.push(part)
    expect(parts).toEqual([])
  })
})
