import type { HistoryEntry, LanguageModelPart, ReplyId, TurnId } from '@parley/core'
import { ParleyError } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { parseScript } from './parse-script.js'
import { createScriptedAgent } from './scripted-agent.js'

const text = `agent: bank
language: en
greeting: { say: This call is recorded., interrupt: none }
slots:
  card: { type: digits, min: 4, max: 4, ask: Which card? }
intents:
  hello: { phrases: hello, replies: Good day. }
  terms: { phrases: terms, replies: "These are the terms. Read them.", interrupt: none, do: { goto: agreed } }
  block: { phrases: block my card, needs: card, replies: Blocked. }
  rates: { phrases: rates, replies: Rates are low., interrupt: words, aside: true }
  again: { phrases: again, do: repeat }
states:
  agreed: { say: Do you agree? }
fallback: [Sorry?, { say: One more time., interrupt: any }]
turns: { bargeIn: any }
`

function agentOf(yaml: string) {
  const script = parseScript(yaml, 'bank.yaml')
  const agent = createScriptedAgent(script)
  const history: HistoryEntry[] = []
  /** The reply as a row of texts and rules. */
  return async (userText?: string): Promise<string[]> => {
    const parts: LanguageModelPart[] = []
    const request = { ...(userText === undefined ? {} : { userText }), history, language: 'en' }
    for await (const part of agent.stream(request, new AbortController().signal)) parts.push(part)
    const state = parts.find(part => part.kind === 'state')?.state ?? null
    const said = parts.map(part => (part.kind === 'text' ? part.text : '')).join('')
    history.push({
      role: 'agent',
      turn: `trn_${history.length}` as TurnId,
      reply: `rpl_${history.length}` as ReplyId,
      text: said,
      interrupted: false,
      state: JSON.parse(JSON.stringify(state)),
    })
    return parts.flatMap(part =>
      part.kind === 'text' ? [part.text] : part.kind === 'barge-in' ? [`<${part.allow}>`] : [],
    )
  }
}

describe('who may interrupt a scripted reply', () => {
  it('is told before its first word, and not at all where the policy says the same', async () => {
    const ask = agentOf(text)
    expect(await ask()).toEqual(['<none>', 'This call is recorded.'])
    expect(await ask('hello')).toEqual(['Good day.'])
  })

  it('ends where a text with no rule of its own follows', async () => {
    const ask = agentOf(text)
    expect(await ask('terms')).toEqual([
      '<none>',
      'These are the terms. ',
      'Read them. ',
      '<any>',
      'Do you agree?',
    ])
    await ask('block my card')
    expect(await ask('rates')).toEqual(['<words>', 'Rates are low. ', '<any>', 'Which card?'])
  })

  it('returns to the policy of the agent, whatever that is', async () => {
    const ask = agentOf(text.replace('bargeIn: any', 'bargeIn: words'))
    expect(await ask('terms')).toContain('<words>')
    expect(await ask('rates')).toEqual(['Rates are low.'])
    expect(await ask('nonsense of all kinds')).toEqual(['Sorry?'])
    expect(await ask('nonsense of all kinds')).toEqual(['<any>', 'One more time.'])
  })

  it('is the strictest of its parts when a reply is said again', async () => {
    const ask = agentOf(text)
    await ask('terms')
    expect(await ask('again')).toEqual(['<none>', 'These are the terms. ', 'Read them. ', 'Do you agree?'])
    expect((await ask('again'))[0]).toBe('<none>')
    expect((await ask())[0]).toBe('<none>')
    await ask('hello')
    expect(await ask('again')).toEqual(['Good day.'])
  })

  it('is one of three words, in a place that has a text', () => {
    const told = (yaml: string) => {
      try {
        parseScript(yaml, 'bank.yaml')
      } catch (error) {
        if (error instanceof ParleyError) return error.message
      }
      return ''
    }
    expect(told(text.replace('interrupt: words', 'interrupt: maybe'))).toContain(
      'bank.yaml:10:64: "interrupt" of intent "rates" must be one of any, words, none',
    )
    expect(told(text.replace('interrupt: none }', 'interupt: none }'))).toContain(
      'bank.yaml:3:42: unknown key "interupt" (did you mean "interrupt"?)',
    )
    expect(told(text.replace('{ say: This call is recorded., interrupt: none }', '["", Hello]'))).toContain(
      'bank.yaml:3:12: "greeting.say.0" is empty; write a text',
    )
    expect(
      told(text.replace('phrases: again, do: repeat', 'phrases: again, do: repeat, interrupt: none')),
    ).toContain('"interrupt" of intent "again" is for its "replies", and there are none; remove it')
  })
})
