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
