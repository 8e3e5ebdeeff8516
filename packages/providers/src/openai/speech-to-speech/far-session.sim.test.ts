import { decodeUlaw } from '@parley/audio'
import { type FarSessionOptions, systemClock } from '@parley/core'
import {
  codedBrains,
  openOpenAiRealtimeSim,
  type RealtimeSimOptions,
  seededRandom,
  type VendorSim,
} from '@parley/sim'
import { afterEach, describe, expect, it } from 'vitest'
import { misfitsOf } from '../../conformance/protocol-schema.test-kit.js'
import type { Message } from '../../wire/scripted-socket.test-kit.js'
import { eventually, type Rig, rigFor } from '../../wire/vendor-rig.test-kit.js'
import { type FarRig, farRig, priceTool } from './far-rig.test-kit.js'
import { openaiRealtime } from './far-slot.js'

let sim: VendorSim
let rig: Rig
let far: FarRig
const strict = misfitsOf('openai/realtime.strict', 'ClientEvent')
const wire = misfitsOf('openai/realtime.wire', 'ClientEvent')

afterEach(async () => {
  far.session.close()
  expect(strict(sim.received)).toEqual([])
  expect(wire(sim.received)).toEqual([])
  await sim.close()
})

async function open(
  asked: Partial<FarSessionOptions> = {},
  { options = {}, ...world }: Partial<RealtimeSimOptions> & { readonly options?: object } = {},
): Promise<FarRig> {
  const random = seededRandom(1)
  sim = await openOpenAiRealtimeSim({ clock: systemClock, random, brains: codedBrains(), ...world })
  rig = rigFor(sim, { epochMs: Date.now })
  const model = openaiRealtime.create({ model: 'm-1', transcription: { model: 't-1' }, ...options }, rig)
  far = farRig(model, { clock: systemClock, ...asked })
  return far
}

const sent = (type: string) =>
  sim.sent.map(({ message }) => message as Message).filter(message => message.type === type)
const received = (type: string) =>
  sim.received.map(({ message }) => message as Message).filter(message => message.type === type)

describe('a far conversation with OpenAI Realtime', () => {
  it('answers a typed turn with sound and its words', async () => {
    await open()
    far.ask('a-1', 'good morning to you.')
    expect(await far.done('a-1')).toMatchObject({ outcome: 'complete', usage: { cachedTokens: 0 } })
    expect(far.heard('a-1')).toBe('good morning to you.')
    expect(far.words('a-1')).toBe('good morning to you.')
    expect(far.events[0]).toMatchObject({ kind: 'ready', expiresAtMs: expect.any(Number) })
    expect(sim.complaints).toEqual([])
  })

  it('hears a turn that we end, writes it down and answers it', async () => {
    await open()
    far.speak('what is the time')
    far.session.commit()
    far.session.respond({ id: 'a-1' })
    await far.done('a-1')
    expect(far.heard('a-1')).toBe('what is the time')
    const { item } = await far.until('committed')
    await eventually(() => far.of('transcript').some(({ final }) => final))
    expect(far.of('transcript').map(({ text }) => text)).toEqual([
      ...['what', 'what is', 'what is the', 'what is the time', 'what is the time'],
    ])
    expect(far.of('transcript').every(event => event.item === item)).toBe(true)
    expect(sim.complaints).toEqual([])
  })

  it('calls a tool and takes its result', async () => {
    const brains = codedBrains({
      *think({ messages, tools }) {
        const last = messages.at(-1)
        if (last?.role === 'tool') yield { kind: 'text', text: `It is ${last.text}.` }
        else yield { kind: 'tool-call', name: tools[0] ?? '', arguments: '{"of":"tea"}' }
      },
    })
    await open({ tools: [priceTool] }, { brains })
    far.ask('a-1', 'how much is tea?')
    await far.done('a-1')
    const [call] = far.of('tool-call')
    expect(call).toMatchObject({ ask: 'a-1', call: { name: 'get_price', arguments: { of: 'tea' } } })
    far.session.add({ kind: 'tool-result', id: 'r-1', call: call?.call.id ?? '', text: '2' })
    far.session.respond({ id: 'a-2' })
    await far.done('a-2')
    expect(far.heard('a-2')).toBe('It is 2.')
    expect(sim.complaints).toEqual([])
  })

  it('tells where the voice is that the vendor hears', async () => {
    await open({ turns: { by: 'silence', silenceMs: 300, prefixMs: 200 } })
    far.silence(1_000)
    far.speak('hello you')
    far.silence(600)
    const { atMs } = await far.until('speech-start')
    expect(atMs).toBe(1_000)
    expect(Math.abs((await far.until('speech-end')).atMs - 1_220)).toBeLessThanOrEqual(60)
    await far.until('committed')
    expect(received('response.create')).toEqual([])
  })

  it('says nothing of the sound that still comes after a cancel, and answers the next', async () => {
    await open({}, { strayDeltas: 3 })
    sim.behave({ everyMs: 5 })
    far.ask('a-1', 'a long story about the sea and the ships on it and the birds above')
    await far.until('audio')
    far.session.cancel('a-1')
    const told = far.of('audio').length
    far.ask('a-2', 'short')
    expect(await far.done('a-1')).toMatchObject({ outcome: 'cancelled' })
    await far.done('a-2')
    expect(far.of('audio').filter(({ ask }) => ask === 'a-1')).toHaveLength(told)
    expect(far.heard('a-2')).toBe('short')
    expect(sim.complaints).toEqual([])
  })

  it('leaves in the conversation what was heard of an answer', async () => {
    await open({}, { strayDeltas: 2 })
    sim.behave({ everyMs: 5 })
    far.ask('a-1', 'a long story about the sea and the ships on it')
    const { item } = await far.until('audio', 2)
    far.session.cancel('a-1')
    far.session.truncate(item, 120)
    await far.done('a-1')
    far.ask('a-2', 'short')
    await far.done('a-2')
    far.session.truncate(far.of('audio').findLast(({ ask }) => ask === 'a-2')?.item ?? '', 0)
    await eventually(() => sent('conversation.item.deleted').length === 1)
    expect(sent('conversation.item.truncated')).toMatchObject([{ item_id: item, audio_end_ms: 120 }])
    expect(sim.complaints).toEqual([])
  })

  it('answers beside an answer under way, from what it is shown and not remembering it', async () => {
    await open()
    sim.behave({ everyMs: 10 })
    far.ask('a-1', 'a long story about the sea and the ships on it')
    await far.until('audio')
    const input = [{ kind: 'message', id: 'x', role: 'user', text: 'aside' }] as const
    far.session.respond({ id: 'b-1', beside: true, silent: true, input })
    expect(await far.done('b-1')).toMatchObject({ outcome: 'complete' })
    expect(far.of('response-done')).toHaveLength(1)
    await far.done('a-1')
    expect(far.words('b-1')).toBe('aside')
    expect(far.heard('a-1')).toBe('a long story about the sea and the ships on it')
    expect(sim.complaints).toEqual([])
  })

  it('gives answers one after the other', async () => {
    await open()
    const names = ['a-1', 'a-2', 'a-3', 'a-4']
    for (const name of names) far.ask(name, `this is ${name}`)
    await Promise.all(names.map(far.done))
    expect(far.of('response-done').map(({ ask }) => ask)).toEqual(names)
    expect(sim.complaints).toEqual([])
  })

  it('waits for an answer of others to be over', async () => {
    await open({}, { quirks: { busyFor: 1 } })
    far.ask('a-1', 'hello')
    expect(await far.done('a-1')).toMatchObject({ outcome: 'complete' })
    expect(received('response.create')).toHaveLength(2)
  })

  it('finds an answer whose beginning it was not told', async () => {
    await open({}, { quirks: { unseenCreated: 1 } })
    far.ask('a-1', 'hello there')
    await far.done('a-1')
    expect(far.heard('a-1')).toBe('hello there')
  })

  it('says which turn could not be written down', async () => {
    await open({}, { quirks: { failedTranscripts: 1 } })
    for (const text of ['one two', 'three four']) {
      far.speak(text)
      far.session.commit()
    }
    const { item } = await far.until('transcript-failed')
    const [first, second] = [await far.until('committed'), await far.until('committed', 2)]
    expect(item).toBe(first.item)
    await eventually(() => far.of('transcript').some(({ final }) => final))
    expect(far.of('transcript').at(-1)).toMatchObject({ item: second.item, text: 'three four' })
  })

  it('changes while it runs', async () => {
    const brains = codedBrains({
      *think({ instructions, tools }) {
        yield { kind: 'text', text: `${instructions} ${tools.join()}` }
      },
    })
    await open({}, { brains, options: { voice: 'marin' } })
    far.session.respond({ id: 'a-1' })
    await far.done('a-1')
    far.session.change({ instructions: 'be kind', tools: [priceTool], turns: { by: 'meaning' } })
    far.session.respond({ id: 'a-2' })
    await far.done('a-2')
    expect([far.words('a-1').trim(), far.words('a-2')]).toEqual(['be brief', 'be kind get_price'])
    expect(sim.complaints).toEqual([])
  })

  it.each([
    ['on upgrade', {}],
    ['after it', { quirks: { refusesAfterUpgrade: true } }],
  ])('is refused %s for its key', async (_, world) => {
    await open({}, { keys: ['another-key'], ...world })
    far.session.respond({ id: 'a-1' })
    const { error } = await far.until('lost')
    expect(error).toMatchObject({ code: 'provider_refused', retryable: false })
    expect(far.events.map(({ kind }) => kind)).toEqual(['response-done', 'lost'])
    expect(JSON.stringify([error, error.message])).not.toContain('secret-key')
  })

  it('expires as the vendor says', async () => {
    await open()
    far.ask('a-0', 'x')
    await far.done('a-0')
    sim.behave({ fault: { kind: 'expired', stage: 'middle' } })
    far.ask('a-1', 'hello there')
    expect((await far.until('lost')).error).toMatchObject({ retryable: true, details: { reason: 'expired' } })
    expect(await far.done('a-1')).toMatchObject({ outcome: 'failed' })
  })

  it('shows its key as Azure wants it', async () => {
    await open({}, { options: { auth: 'api-key' }, keys: ['secret-key'] })
    await far.until('ready')
  })

  it('carries µ-law as it is', async () => {
    const codes = Uint8Array.from({ length: 256 * 8 }, (_, at) => at & 0xff)
    await open({ rate: 8_000 })
    far.hear(decodeUlaw(codes))
    far.session.commit()
    await far.until('committed')
    const sent = Buffer.concat(
      received('input_audio_buffer.append').map(({ audio }) => Buffer.from(audio, 'base64')),
    )
    expect([...sent]).toEqual([...codes].map(code => (code === 0x7f ? 0xff : code)))
    far.ask('a-1', 'x')
    await far.done('a-1')
  })
})
