import {
  type HistoryEntry,
  type LanguageModel,
  type LanguageModelPart,
  type LanguageModelRequest,
  type ReplyId,
  stateOfActed,
  type ToolExchange,
  type TurnId,
  type Wishes,
} from '@parley/core'
import { describe, expect, it } from 'vitest'
import { withTools } from '../tools/with-tools.js'
import { drawAll, handClock, said, setUp, signal, soundMs, turnOf } from './cascade-rig.test-kit.js'

const weather = { name: 'weather', description: 'The weather.', parameters: { type: 'object' } }
const call = { id: 'c1', name: 'weather', arguments: { city: 'Rome' } }
const exchange: ToolExchange = {
  text: '',
  calls: [call],
  results: [{ id: 'c1', text: 'Sunny.', failed: false }],
}

const user = (text: string): HistoryEntry => ({ role: 'user', turn: 'trn_1' as TurnId, text, atMs: 0 })
const system = (text: string): HistoryEntry => ({ role: 'system', turn: 'itm_1' as TurnId, text, atMs: 0 })
const agent = (text: string, exchanges: readonly ToolExchange[] = []): HistoryEntry => ({
  role: 'agent',
  turn: 'trn_1' as TurnId,
  reply: 'rpl_1' as ReplyId,
  text,
  interrupted: false,
  ...(exchanges.length === 0 ? {} : { state: stateOfActed(exchanges) }),
})

function watched(...parts: readonly (string | LanguageModelPart)[]) {
  const requests: LanguageModelRequest[] = []
  const mind: LanguageModel = {
    name: 'test mind',
    async *stream(request) {
      requests.push(request)
      for (const part of parts) yield typeof part === 'string' ? { kind: 'text' as const, text: part } : part
    },
  }
  return { mind, requests }
}

async function asked(history: readonly HistoryEntry[], wishes?: Wishes) {
  const { mind, requests } = watched('Yes.')
  const { link } = await setUp({ mind, instructions: 'You are Ada.' })
  const turn = turnOf({ origin: 'asked', history, ...(wishes === undefined ? {} : { wishes }) })
  await drawAll(link.reply(turn, signal()))
  return requests[0]
}

describe('a turn that is only asked to be answered', () => {
  it('has its words at the end of the history', async () => {
    const request = await asked([
      user('Hi'),
      agent('Hello.'),
      user('One'),
      system('They are late.'),
      user('two'),
    ])
    expect(request?.userText).toBe('One\ntwo')
    expect(request?.history.map(({ text }) => text)).toEqual(['Hi', 'Hello.', 'They are late.'])
    expect(request?.exchanges).toBeUndefined()
  })

  it('goes on behind what the far end’s tools gave', async () => {
    const history = [user('Rome?'), agent('Let me look.'), agent('', [exchange])]
    const request = await asked(history, { tools: [weather] })
    expect(request?.userText).toBe('Rome?')
    expect(request?.history).toEqual([])
    expect(request?.exchanges).toEqual([{ ...exchange, text: 'Let me look.' }])
    expect(request?.tools).toEqual([weather])
  })

  it('says that nobody spoke where nobody did since the agent', async () => {
    const history = [user('Hi'), agent('Hello.')]
    expect(await asked(history)).toMatchObject({ history })
    expect(await asked(history)).not.toHaveProperty('userText')
    expect(await asked([system('Greet them.')])).toMatchObject({ history: [system('Greet them.')] })
  })

  it('reads what tools gave as notes where no tools are to be used', async () => {
    const history = [user('Rome?'), agent('', [exchange])]
    const request = await asked(history, { tools: [weather], toolChoice: 'none' })
    expect(request).toMatchObject({ userText: 'Rome?', toolChoice: 'none' })
    expect(request?.history).toMatchObject([
      { role: 'system', text: 'weather({"city":"Rome"}) gave: Sunny.' },
    ])
    expect(request).not.toHaveProperty('tools')
    expect(request).not.toHaveProperty('exchanges')
  })
})

describe('what a far end wishes of an answer', () => {
  it('follows the agent’s own instructions and tools', async () => {
    const { mind, requests } = watched('Yes.')
    const { clock } = handClock()
    const own = { definition: { ...weather, name: 'time' }, run: async () => ({ text: 'noon' }) }
    const twice = { definition: { ...weather, description: 'Own.' }, run: async () => ({ text: 'rain' }) }
    const { link } = await setUp({
      mind: withTools(mind, { tools: [own, twice], clock }),
      instructions: 'You are Ada.',
    })
    const wishes = { instructions: 'Be short.', tools: [weather], toolChoice: 'required' } as const
    await drawAll(link.reply(turnOf({ text: 'Hi', wishes }), signal()))
    expect(requests[0]).toMatchObject({ instructions: 'You are Ada.\n\nBe short.', toolChoice: 'required' })
    expect(requests[0]?.tools).toEqual([own.definition, twice.definition])
  })

  it('has its tools called behind what is said, once each, and the reply ends', async () => {
    const part = { kind: 'tool-call', call } as const
    const { mind } = watched('Let me look. ', part, part)
    const { clock } = handClock()
    const { link, warnings } = await setUp({ mind: withTools(mind, { tools: [], clock }) })
    const parts = await drawAll(link.reply(turnOf({ text: 'Rome?', wishes: { tools: [weather] } }), signal()))
    expect(said(parts)).toBe('Let me look. ')
    expect(parts.filter(({ kind }) => kind === 'tool-call')).toEqual([part])
    expect(parts.at(-1)).toEqual(part)
    expect(warnings).toEqual([])
  })

  it('keeps what the agent’s own tools gave in the same step for the next answer', async () => {
    const own = { definition: { ...weather, name: 'time' }, run: async () => ({ text: 'noon' }) }
    const ours = { id: 'c2', name: 'time', arguments: {} }
    const { mind, requests } = watched({ kind: 'tool-call', call: ours }, { kind: 'tool-call', call })
    const { clock } = handClock()
    const { link } = await setUp({ mind: withTools(mind, { tools: [own], clock }) })
    const parts = await drawAll(link.reply(turnOf({ text: 'Rome?', wishes: { tools: [weather] } }), signal()))
    const results = [{ id: 'c2', text: 'noon', failed: false }]
    expect(parts.filter(({ kind }) => kind === 'state')).toEqual([
      { kind: 'state', state: stateOfActed([{ text: '', calls: [ours], results }]) },
    ])
    expect(parts.at(-1)).toEqual({ kind: 'tool-call', call })
    expect(requests).toHaveLength(1)
  })

  it('is words without sound, and no more of them than it says', async () => {
    const { link, log } = await setUp()
    const turn = turnOf({ text: 'Hi', wishes: { silent: true, maxOutputTokens: 3 } })
    const parts = await drawAll(link.reply(turn, signal()))
    expect(said(parts)).toBe('Hello there. How')
    expect(soundMs(parts)).toBe(0)
    expect(log.asked).toEqual([])
  })

  it('is answered beside the conversation, and no turn waits for that', async () => {
    const requests: LanguageModelRequest[] = []
    const mind: LanguageModel = {
      name: 'test mind',
      async *stream(request) {
        requests.push(request)
        yield { kind: 'text', text: 'Yes.' }
      },
    }
    const { link } = await setUp({ mind })
    const turn = turnOf({ text: 'Hi' })
    const first = drawAll(link.reply(turn, signal()))
    await drawAll(
      link.aside?.(turnOf({ id: 'trn_9' as TurnId, origin: 'asked' }), signal()) ?? (async function* () {})(),
    )
    link.committed?.(turn.id)
    await requests[0]?.committed
    expect(requests[1]).not.toHaveProperty('committed')
    await first
  })
})
