/** Whole conversations: session, cascade and reasoner, under virtual time; and a reasoner over a vendor's protocol. */

import { type Engine, type LanguageModel, ParleyError, systemClock } from '@parley/core'
import { anthropic, fixedKey, openSocket } from '@parley/providers'
import { codedBrains, openAnthropicSim, SimConversation, type SimPrompt, seededRandom } from '@parley/sim'
import { afterAll, describe, expect, it } from 'vitest'
import { createCascade } from '../cascade/cascade.js'
import { drawAll, fakeCall, said, signal, testVoice, turnOf } from '../cascade/cascade-rig.test-kit.js'
import { withTools } from '../tools/with-tools.js'
import { createReasoner } from './create-reasoner.js'
import { agent, handReasoner, sayingModel, user } from './reasoner-rig.test-kit.js'
import { reasonerTool } from './reasoner-tool.js'
import type { ReasonerRule } from './rules.js'
import { withDoubts } from './with-doubts.js'
import { withReasoner } from './with-reasoner.js'

const rules: readonly ReasonerRule[] = [
  { name: 'refunds', words: ['refund'] },
  { name: 'doubt', unsure: true },
]

async function talk(say: Parameters<typeof sayingModel>[0] = () => ['We open at nine.']) {
  const hand = handReasoner(rules)
  const fast = sayingModel(say)
  const spoken: string[] = []
  const engine: Engine = {
    connect(call) {
      const { clock } = call
      const inner = withTools(withDoubts(fast.model, hand.reasoner, { clock }), {
        tools: [reasonerTool(hand.reasoner, { clock })],
        clock,
      })
      const mind = withReasoner(inner, hand.reasoner, { clock })
      const voice = testVoice({ asked: spoken, open: 0 })
      return createCascade({ mind, voices: () => voice }).connect(call)
    },
  }
  const conversation = await SimConversation.start({ around: () => engine })
  const ended = () => conversation.of('reply-ended').map(({ said, decision }) => ({ said, decision }))
  const ledgers = () => conversation.of('ledger').map(({ ledger }) => ledger)
  return { ...hand, conversation, spoken, ended, ledgers, asked: fast.requests }
}

const byRule = (rule: string) => ({ by: 'sage', cause: 'rule', rule, outcome: 'decided', tookMs: 900 })

describe('a conversation with a reasoner', () => {
  it('holds the caller, says what was decided, and tells who decided', async () => {
    const { conversation, answer, spoken, ended, ledgers, asked } = await talk()
    conversation.caller.type('I want a refund')
    await conversation.clock.advance(900)
    expect(conversation.of('filler').map(({ text }) => text)).toEqual(['Hold on 0.'])
    answer(0, 'You get all of it back.')
    await conversation.silence(4_000)
    expect(spoken).toEqual(['Hold on 0.', 'You get all of it back.'])
    expect(conversation.session.history.at(-1)).toMatchObject({ role: 'agent', interrupted: false })
    expect(conversation.session.history.at(-1)?.text).toContain('You get all of it back.')
    expect(ended().map(({ decision }) => decision)).toEqual([byRule('refunds')])
    const [ledger] = ledgers()
    expect(ledger?.decision).toEqual(byRule('refunds'))
    expect(ledger?.stages.map(({ stage }) => stage)).toContain('decision')
    expect(asked).toEqual([])
  })

  it('leaves turns that no rule takes to the fast model', async () => {
    const { conversation, ended, questions } = await talk()
    conversation.caller.type('When do you open?')
    await conversation.silence(3_000)
    expect(ended()).toEqual([{ said: 'We open at nine.', decision: undefined }])
    expect(questions).toEqual([])
  })

  it('says nothing of a doubt of the fast model', async () => {
    const { conversation, answer, spoken, ended } = await talk(() => ["I'm not sure. ", 'Maybe at nine.'])
    conversation.caller.type('When do you open?')
    await conversation.clock.advance(100)
    answer(0, 'At eight.')
    await conversation.silence(3_000)
    expect(spoken).toEqual(['At eight.'])
    expect(ended()).toEqual([{ said: 'At eight.', decision: byRule('doubt') }])
  })

  it('lets the fast model say what it had decided', async () => {
    const call = { id: 'a', name: 'ask_expert', arguments: { question: 'May they?' } }
    const { conversation, answer, ended } = await talk(({ exchanges = [] }) =>
      exchanges.length === 0 ? [{ kind: 'tool-call', call }] : [`So: ${exchanges[0]?.results[0]?.text}`],
    )
    conversation.caller.type('Can I come late?')
    await conversation.clock.advance(100)
    answer(0, 'They may.')
    await conversation.silence(3_000)
    const decision = { by: 'sage', cause: 'tool', outcome: 'decided', tookMs: 900 }
    expect(ended()).toEqual([{ said: 'So: They may.', decision }])
  })

  it('drops a question when the caller goes on, and whatever comes of it', async () => {
    const { conversation, answer, spoken, questions, ended } = await talk()
    conversation.caller.type('I want a refund')
    await conversation.clock.advance(900)
    conversation.caller.type('Never mind. When do you open?')
    await conversation.clock.advance(100)
    expect(questions[0]?.signal.aborted).toBe(true)
    answer(0, 'You get all of it back.')
    await conversation.silence(4_000)
    expect(spoken).not.toContain('You get all of it back.')
    expect(ended().at(-1)).toEqual({ said: 'We open at nine.', decision: undefined })
  })

  it('goes on with the fast model, which decides nothing, where the reasoner is late', async () => {
    const { conversation, fail, ended, asked, questions } = await talk(() => ['I cannot say that now.'])
    conversation.caller.type('I want a refund')
    await conversation.clock.advance(900)
    fail(0, new ParleyError('timeout'))
    await conversation.silence(4_000)
    expect(ended().at(-1)?.said).toContain('I cannot say that now.')
    expect(ended().at(-1)?.decision).toMatchObject({ outcome: 'late', rule: 'refunds', tookMs: 860 })
    expect(asked[0]?.instructions).toContain('Do not decide it yourself')
    expect(questions).toHaveLength(1)
  })
})

describe('a reasoner at Anthropic', () => {
  it('decides over the vendor’s own protocol with the rules of the house and what was heard', async () => {
    const prompts: SimPrompt[] = []
    function* think(prompt: SimPrompt) {
      prompts.push(prompt)
      yield { kind: 'text', text: '**No** refund after ' } as const
      yield { kind: 'text', text: 'thirty days.\n- Sorry.' } as const
    }
    const sim = await openAnthropicSim({
      clock: systemClock,
      random: seededRandom(5),
      brains: codedBrains({ think }),
    })
    afterAll(() => sim.close())
    const vendor = anthropic.llm?.create(
      { model: 'some-model' },
      {
        clock: systemClock,
        epochMs: () => 1_795_000_000_000,
        random: () => 0.5,
        newId: () => 'id',
        baseUrl: sim.baseUrl,
        keys: fixedKey('sk-test'),
        fetch,
        openSocket,
        warn: () => {},
      },
    ) as LanguageModel
    const reasoner = createReasoner({
      model: vendor,
      clock: systemClock,
      rules,
      policy: 'No refund after 30 days.',
    })
    const mind = withReasoner(sayingModel(() => ['Sure!']).model, reasoner, { clock: systemClock })
    const link = await createCascade({ mind, voices: () => undefined }).connect(fakeCall(systemClock).call)
    const history = [user('Hello'), agent('Good m', true)]
    const parts = await drawAll(
      link.reply(turnOf({ text: 'A refund for last year, please', history }), signal()),
    )
    await link.close()
    await vendor.close?.()
    expect(said(parts)).toBe('No refund after thirty days. Sorry.')
    expect(parts.find(({ kind }) => kind === 'decision')).toMatchObject({
      by: vendor.name,
      outcome: 'decided',
    })
    expect(parts.find(({ kind }) => kind === 'usage')).toMatchObject({ outputTokens: expect.any(Number) })
    expect(prompts[0]?.instructions).toContain('<policy>\nNo refund after 30 days.\n</policy>')
    expect(prompts[0]?.messages.map(message => 'text' in message && message.text)).toEqual([
      'Hello',
      'Good m—',
      'A refund for last year, please',
    ])
    expect(sim.complaints).toEqual([])
  })
})
