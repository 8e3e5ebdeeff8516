import { ParleyError } from '@parley/core'
import {
  codedBrains,
  type OpenaiTextSimOptions,
  openOpenaiTextSim,
  seededRandom,
  type VendorSim,
  VirtualClock,
} from '@parley/sim'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  ask,
  priceThoughts,
  priceTool,
  stepOn,
  type TextContext,
  textContext,
  textOf,
} from '../conformance/text-rig.test-kit.js'
import { until } from '../conformance/voice-suite.test-kit.js'
import type { KeyOutcome } from '../wire/keys.js'
import { openaiLlm } from './llm.js'

let sim: VendorSim
let simClock: VirtualClock
let context: TextContext

async function open(more: Partial<OpenaiTextSimOptions> = {}): Promise<void> {
  simClock = new VirtualClock()
  const brains = codedBrains({ think: priceThoughts })
  sim = await openOpenaiTextSim({ clock: simClock, random: seededRandom(5), brains, ...more })
  context = textContext(sim.baseUrl)
}

beforeEach(() => open())
afterEach(() => sim.close())

const make = (more: object = {}) => openaiLlm.create({ model: 'some-model', ...more }, context)
const asking = { userText: 'How much?', tools: [priceTool] }
const received = () =>
  sim.received.map(({ message }) => message as { previous_response_id?: string; input: object[] })

describe('OpenAI over warm sockets', () => {
  it('sends only results between the steps of one answer, and everything in the next turn', async () => {
    const mind = make()
    const first = await ask(mind, asking)
    await ask(mind, stepOn(asking, first))
    await ask(mind, { userText: 'Thanks' })
    const [one, two, three] = received()
    expect(one?.previous_response_id).toBeUndefined()
    expect(two?.previous_response_id).toMatch(/^resp_/)
    expect(two?.input).toMatchObject([{ type: 'function_call_output' }, { type: 'function_call_output' }])
    expect(three?.previous_response_id).toBeUndefined()
    expect(sim.counts.sockets).toBe(1)
    await mind.close?.()
  })

  it('sends everything where the step before is not the same conversation', async () => {
    const mind = make()
    const first = await ask(mind, asking)
    const other = { ...stepOn(asking, first), instructions: 'You are somebody else.' }
    expect(textOf(await ask(mind, other))).toContain('result 1')
    expect(received()[1]?.previous_response_id).toBeUndefined()
    await mind.close?.()
  })

  it('sends everything where the socket of the step before is gone or serves another', async () => {
    const mind = make()
    const first = await ask(mind, asking)
    await ask(mind, { userText: 'Somebody else' })
    expect(textOf(await ask(mind, stepOn(asking, first)))).toContain('result 1')
    expect(received()[2]?.previous_response_id).toBeUndefined()
    expect(sim.complaints).toEqual([])
    await mind.close?.()
  })

  it('sends everything again when the vendor has forgotten the step before', async () => {
    await sim.close()
    await open({ forgets: true })
    const mind = make()
    const first = await ask(mind, asking)
    expect(textOf(await ask(mind, stepOn(asking, first)))).toContain('result 1')
    expect(received().map(({ previous_response_id }) => previous_response_id === undefined)).toEqual([
      true,
      false,
      true,
    ])
    expect(sim.counts.sockets).toBe(1)
    await mind.close?.()
  })

  it('closes the socket of an answer that is given up, and has another ready', async () => {
    const mind = make()
    sim.behave({ everyMs: 1_000 })
    const own = new AbortController()
    const parts = mind
      .stream({ history: [], language: 'en', userText: 'Hi' }, own.signal)
      [Symbol.asyncIterator]()
    await parts.next()
    own.abort()
    expect((await parts.next()).done).toBe(true)
    await until(() => sim.counts.sockets === 2 && sim.counts.open === 1)
    sim.behave({ everyMs: 0 })
    expect(textOf(await ask(mind, { userText: 'Hi' }))).toBe('One moment.')
    expect(sim.counts.sockets).toBe(2)
    await mind.close?.()
  })

  it('uses a socket no more once it is old', async () => {
    const mind = make({ socketAgeMs: 60_000 })
    await ask(mind, { userText: 'Hi' })
    await context.clock.advance(59_000)
    await ask(mind, { userText: 'Hi' })
    expect(sim.counts.sockets).toBe(1)
    await context.clock.advance(1_000)
    await ask(mind, { userText: 'Hi' })
    expect(sim.counts.sockets).toBe(2)
    await until(() => sim.counts.open === 1)
    await mind.close?.()
  })

  it('opens a socket again that was lost while nobody used it', async () => {
    const lost: (() => void)[] = []
    context = textContext(sim.baseUrl, { openSocket: opened(context, lost) })
    const mind = make()
    await ask(mind, { userText: 'Hi' })
    await context.clock.advance(10_000)
    lost[0]?.()
    await until(() => sim.counts.sockets === 2)
    expect(textOf(await ask(mind, { userText: 'Hi' }))).toBe('One moment.')
    expect(sim.counts.sockets).toBe(2)
    expect(context.warnings).toEqual([])
    await mind.close?.()
  })

  it('keeps no more sockets than it is told to', async () => {
    const mind = make({ idleSockets: 2 })
    await Promise.all([1, 2, 3, 4].map(() => ask(mind, { userText: 'Hi' })))
    expect(sim.counts.sockets).toBe(4)
    await until(() => sim.counts.open === 2)
    await mind.close?.()
    await until(() => sim.counts.open === 0)
  })

  it('opens a socket for the first answer when it is warmed, and says if it cannot', async () => {
    const mind = make()
    await mind.warm?.()
    await mind.warm?.()
    expect(sim.counts).toMatchObject({ sockets: 1, open: 1 })
    await ask(mind, { userText: 'Hi' })
    expect(sim.counts.sockets).toBe(1)
    await mind.close?.()
    sim.behave({ fault: { kind: 'unauthorised', stage: 'connect' } })
    await expect(make().warm?.()).rejects.toMatchObject({ code: 'provider_refused' })
  })

  it('tells a key at once how the first answer of its socket went', async () => {
    const outcomes: KeyOutcome[][] = []
    const take = async () => {
      const own: KeyOutcome[] = []
      outcomes.push(own)
      return { key: 'sk-test', done: (outcome: KeyOutcome) => void own.push(outcome) }
    }
    context = textContext(sim.baseUrl, { keys: { take } })
    const mind = make()
    sim.behave({ fault: { kind: 'limited', stage: 'first', times: 1 } })
    await expect(ask(mind, { userText: 'Hi' })).rejects.toMatchObject({ code: 'provider_limited' })
    expect(outcomes.map(([first]) => first)).toEqual([{ kind: 'limited' }])
    await ask(mind, { userText: 'Hi' })
    expect(outcomes.map(([first]) => first)).toEqual([{ kind: 'limited' }, { kind: 'fine' }])
    await mind.close?.()
  })

  it('fails answers that run when it is closed', async () => {
    const mind = make()
    sim.behave({ firstMs: 1_000 })
    const failing = expect(ask(mind, { userText: 'Hi' })).rejects.toMatchObject({ code: 'provider_failed' })
    await until(() => sim.received.length === 1)
    await mind.close?.()
    await failing
  })

  it('gives a warm-up up when it is closed', async () => {
    sim.behave({ fault: { kind: 'hang', stage: 'connect' } })
    const mind = make()
    const failing = expect(mind.warm?.()).rejects.toMatchObject({ code: 'provider_failed' })
    await until(() => context.clock.pending > 0)
    await mind.close?.()
    await failing
    expect(context.clock.pending).toBe(0)
  })

  it('does not hold the time of who draws against the vendor', async () => {
    const mind = make({ idleTimeoutMs: 1_000 })
    const parts = mind
      .stream({ history: [], language: 'en', userText: 'Hi' }, new AbortController().signal)
      [Symbol.asyncIterator]()
    const first = await parts.next()
    await until(() =>
      sim.sent.some(({ message }) => (message as { type: string }).type === 'response.completed'),
    )
    await context.clock.advance(60_000)
    const second = await parts.next()
    expect([first.value, second.value]).toMatchObject([{ text: 'One ' }, { text: 'moment.' }])
    await parts.return?.()
    await mind.close?.()
  })
})

/** Sockets whose loss a test can tell, before the far end does. */
function opened(plain: TextContext, lost: (() => void)[]): TextContext['openSocket'] {
  return options => {
    const socket = plain.openSocket(options)
    lost.push(() => {
      socket.close()
      options.onLost(new ParleyError('provider_failed', 'The connection broke.'))
    })
    return socket
  }
}
