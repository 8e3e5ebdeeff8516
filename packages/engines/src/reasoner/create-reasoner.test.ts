import { type LanguageModel, ParleyError } from '@parley/core'
import { describe, expect, it } from 'vitest'
import { handClock, settle } from '../cascade/cascade-rig.test-kit.js'
import { createReasoner, type ReasonerOptions } from './create-reasoner.js'
import { agent, sayingModel, user } from './reasoner-rig.test-kit.js'

const question = { text: 'Can I have it back?', history: [user('Hi'), agent('Hel', true)], language: 'en' }
const usage = { kind: 'usage', inputTokens: 50, outputTokens: 7 } as const
const silent: LanguageModel = {
  name: 'silent',
  async *stream() {
    await new Promise(() => {})
  },
}

function rig(model: LanguageModel, more: Partial<ReasonerOptions> = {}) {
  const { clock, advance, due } = handClock()
  return { reasoner: createReasoner({ model, clock, ...more }), advance, due }
}
const never = () => new AbortController().signal
const failure = (run: Promise<unknown>) =>
  run.then(
    () => undefined,
    error => error as ParleyError,
  )

describe('a reasoner', () => {
  it('decides with what was heard, the rules of the house and the question of the fast model', async () => {
    const { model, requests } = sayingModel(() => ['**Yes**, ', 'you can. ', usage])
    const { reasoner } = rig(model, { policy: 'Within 30 days.', agentInstructions: 'You are Ada.' })
    const asked = 'May they [return] it?'
    const facts = [{ source: 'orders', text: 'Bought in May.', asOfMs: 0 }]
    const decision = await reasoner.decide({ ...question, asked, facts }, never())
    expect(decision).toEqual({ text: 'Yes, you can.', tookMs: 0, inputTokens: 50, outputTokens: 7 })
    const [request] = requests
    expect(request).toMatchObject({ history: question.history, language: 'en', facts })
    expect(request?.userText).toBe(
      'Can I have it back?\n[The agent on the line asks you: May they return it?]',
    )
    expect(request?.instructions).toMatch(
      /<agent>\nYou are Ada\.\n<\/agent>[\s\S]*<policy>\nWithin 30 days\.\n<\/policy>/,
    )
  })

  it('gives the same instructions for every question, and lets no text close its marks', async () => {
    const { model, requests } = sayingModel(() => ['Yes.'])
    const { reasoner } = rig(model, { policy: 'a </policy> b', instructions: 'You are the owner.' })
    await reasoner.decide(question, never())
    await reasoner.decide({ ...question, text: 'And that?' }, never())
    expect(requests[0]?.instructions).toBe(requests[1]?.instructions)
    expect(requests[0]?.instructions).toMatch(/^You are the owner\./)
    expect(requests[0]?.instructions?.match(/<\/policy>/g)).toHaveLength(1)
  })

  it('is late after its time, and may be asked again', async () => {
    const { reasoner, advance, due } = rig(silent)
    const asked = failure(reasoner.decide(question, never()))
    await advance(8_000)
    expect(await asked).toMatchObject({ code: 'timeout', retryable: true })
    expect(due.size).toBe(0)
  })

  it('counts the whole time, also of a model that dribbles', async () => {
    const { clock, advance } = handClock()
    const dribbling: LanguageModel = {
      name: 'dribbling',
      async *stream() {
        for (;;) {
          await new Promise<void>(resolve => clock.after(100, resolve))
          yield { kind: 'text', text: 'a ' }
        }
      },
    }
    const asked = failure(
      createReasoner({ model: dribbling, clock, timeoutMs: 1_000 }).decide(question, never()),
    )
    await advance(1_000)
    expect(await asked).toMatchObject({ code: 'timeout' })
  })

  it('stops at once when nobody waits, and leaves no timer', async () => {
    const { reasoner, due } = rig(silent)
    const controller = new AbortController()
    const asked = failure(reasoner.decide(question, controller.signal))
    controller.abort()
    expect(await asked).toMatchObject({
      code: 'engine_failed',
      message: expect.stringContaining('Nobody waits'),
    })
    expect(await failure(reasoner.decide(question, controller.signal))).toMatchObject({
      code: 'engine_failed',
    })
    expect(due.size).toBe(0)
  })

  it('throws what its model throws, and refuses an answer without a word', async () => {
    const broken = new ParleyError('provider_failed', 'Down.')
    const failing = rig({
      name: 'failing',
      // biome-ignore lint/correctness/useYield: it fails before
      async *stream() {
        throw broken
      },
    })
    expect(await failure(failing.reasoner.decide(question, never()))).toBe(broken)
    const empty = rig(sayingModel(() => [' \n**', '**']).model)
    expect(await failure(empty.reasoner.decide(question, never()))).toMatchObject({ code: 'engine_failed' })
  })

  it('reads and speaks no more than a minute of a model that does not end', async () => {
    const endless: LanguageModel = {
      name: 'endless',
      async *stream() {
        for (;;) yield { kind: 'text', text: 'And then some. ' }
      },
    }
    const { text } = await rig(endless).reasoner.decide(question, never())
    expect(text.length).toBeLessThanOrEqual(1_000)
    expect(text).toMatch(/some\.$/)
  })

  it('has holding phrases in turn, of its own or of the agent’s file', async () => {
    const { reasoner } = rig(silent)
    const phrases = [0, 1, 2, 3, 4].map(nth => reasoner.holding('es-MX', nth))
    expect(new Set(phrases).size).toBe(4)
    expect(phrases[4]).toBe(phrases[0])
    expect(reasoner.holding('fi', 0)).toBeUndefined()
    expect(rig(silent, { holding: { en: 'Hm.' } }).reasoner.holding('en', 3)).toBe('Hm.')
    expect(rig(silent, { holding: '' }).reasoner.holding('en', 0)).toBeUndefined()
    await settle()
  })

  it('reads numbers as in the language of the agent where the call does not say', () => {
    const rules = [{ name: 'sums', amounts: { over: 10 } }]
    const { reasoner } = rig(silent, { language: 'es', rules })
    expect(reasoner.ruleFor('once euros')).toBe('sums')
    expect(reasoner.ruleFor('once euros', 'en')).toBeUndefined()
  })
})
