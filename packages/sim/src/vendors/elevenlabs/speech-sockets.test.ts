/** The speech sockets with plain `ws` as their client: the SDK has no class for them. */

import { systemClock } from '@parley/core'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { seededRandom } from '../../random.js'
import { VirtualClock } from '../../virtual-clock.js'
import { codedBrains } from '../coded-brains.js'
import { readSpeech } from '../coded-speech.js'
import { misfits } from '../protocol-schema.test-kit.js'
import { openElevenLabsSim } from './elevenlabs-sim.js'
import type { ElevenLabsSimOptions } from './elevenlabs-world.js'

interface Alignment {
  readonly chars: string[]
  readonly charStartTimesMs: number[]
  readonly charDurationsMs: number[]
}

interface Answer {
  readonly audio?: string | null
  readonly isFinal?: boolean
  readonly contextId?: string
  readonly alignment?: Alignment | null
  readonly error?: string
  readonly code?: number
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function rig(
  kind: 'multi-stream-input' | 'stream-input',
  query: Readonly<Record<string, string>> = {},
  options: Partial<ElevenLabsSimOptions> = {},
) {
  const sim = await openElevenLabsSim({
    clock: systemClock,
    random: seededRandom(1),
    brains: codedBrains(),
    ...options,
  })
  closing.push(() => sim.close())
  const search = new URLSearchParams({
    model_id: 'eleven_flash_v2_5',
    output_format: 'pcm_16000',
    sync_alignment: 'true',
    ...query,
  })
  const socket = new WebSocket(
    `${sim.baseUrl.replace('http', 'ws')}/v1/text-to-speech/some-voice/${kind}?${search}`,
    { headers: { 'xi-api-key': 'k' } },
  )
  const answers: Answer[] = []
  let closeCode: number | undefined
  let look = () => {}
  socket.on('message', data => {
    answers.push(JSON.parse(String(data)))
    look()
  })
  socket.on('close', code => {
    closeCode = code
    look()
  })
  await new Promise(resolve => socket.once('open', resolve))
  return {
    sim,
    answers,
    say: (...messages: object[]) => {
      for (const message of messages) socket.send(JSON.stringify(message))
    },
    closeCode: () => closeCode,
    until: (holds: () => boolean) =>
      new Promise<void>(resolve => {
        look = () => {
          if (holds()) resolve()
        }
        look()
      }),
  }
}

function heard(answers: readonly Answer[], contextId?: string): string {
  const parts = answers.filter(each => typeof each.audio === 'string' && each.contextId === contextId)
  const bytes = Buffer.concat(parts.map(({ audio }) => Buffer.from(audio ?? '', 'base64')))
  const samples = Int16Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(at * 2))
  return readSpeech(samples, 16_000).text
}

describe('simulated speech sockets of ElevenLabs', () => {
  it('speaks one text, final last, and closes', async () => {
    for (const finals of ['bare', 'with-audio'] as const) {
      const { sim, answers, say, until, closeCode } = await rig('stream-input', {}, { finals })
      say({ text: ' ', voice_settings: { stability: 0.5 } }, { text: 'one two ' }, { text: 'three ' })
      say({ text: '' })
      await until(() => closeCode() !== undefined)
      expect(heard(answers)).toBe('one two three')
      expect(answers.at(-1)).toEqual(finals === 'bare' ? { isFinal: true } : { audio: null, isFinal: true })
      if (finals === 'bare') expect(misfits('elevenlabs', 'strict', 'TtsServer', sim.sent)).toEqual([])
      expect(misfits('elevenlabs', 'wire', 'TtsServer', sim.sent)).toEqual([])
      expect(sim.complaints).toEqual([])
    }
  })

  it('waits for the length of the schedule, a flush, or a whole sentence in auto mode', async () => {
    const { answers, say, until, sim } = await rig('multi-stream-input')
    say({ text: ' ', context_id: 'a', generation_config: { chunk_length_schedule: [50] } })
    say({ text: 'short ', context_id: 'a' }, { text: ' ', context_id: 'b' })
    say({ text: 'one two three four five six seven eight nine ten ', context_id: 'b', flush: true })
    await until(() => answers.some(({ contextId }) => contextId === 'b'))
    expect(answers.some(({ contextId }) => contextId === 'a')).toBe(false)
    say({ text: 'and then a lot more text than before ', context_id: 'a' })
    say({ text: 'still more of it ', context_id: 'a' })
    await until(() => answers.some(({ contextId }) => contextId === 'a'))
    expect(sim.complaints).toEqual([])

    const auto = await rig('multi-stream-input', { auto_mode: 'true' })
    auto.say({ text: ' ', context_id: 'a' }, { text: 'One. Two ', context_id: 'a' })
    await auto.until(() => auto.answers.length > 0)
    expect(heard(auto.answers, 'a')).toMatch(/^One\.|^O/)
  })

  it('gives arrays of one length, in ms of each message', async () => {
    const { answers, say, until } = await rig('multi-stream-input')
    say(
      { text: ' ', context_id: 'a' },
      { text: 'one two ', context_id: 'a', flush: true },
      { context_id: 'a', close_context: true },
    )
    await until(() => answers.some(({ isFinal }) => isFinal === true))
    const alignments = answers.flatMap(({ alignment }) => alignment ?? [])
    expect(alignments.flatMap(({ chars }) => chars).join('')).toBe('one two ')
    for (const { chars, charStartTimesMs, charDurationsMs } of alignments) {
      expect(charStartTimesMs.length).toBe(chars.length)
      expect(charDurationsMs.length).toBe(chars.length)
      for (const startMs of charStartTimesMs) expect(startMs).toBeLessThan(200)
    }
  })

  it('allows five contexts and closes at the sixth', async () => {
    const { answers, say, until, closeCode } = await rig('multi-stream-input')
    for (let index = 0; index < 6; index++) say({ text: ' ', context_id: `c${index}` })
    await until(() => closeCode() !== undefined)
    expect(closeCode()).toBe(1008)
    expect(answers.at(-1)).toMatchObject({ error: 'max_active_conversations', code: 1008 })
  })

  it('frees a context with its final', async () => {
    const { answers, say, until, sim } = await rig('multi-stream-input')
    for (let index = 0; index < 5; index++) say({ text: ' ', context_id: `c${index}` })
    say({ context_id: 'c0', close_context: true })
    await until(() => answers.length === 1)
    expect(answers).toEqual([{ isFinal: true, contextId: 'c0' }])
    say({ text: ' ', context_id: 'c5' }, { context_id: 'c5', close_context: true })
    await until(() => answers.length === 2)
    expect(sim.complaints).toEqual([])
  })

  const wrongs: [string, object[]][] = [
    ['a first text that is no space', [{ text: 'Hello ', context_id: 'a' }]],
    ['a speed out of range', [{ text: ' ', context_id: 'a', voice_settings: { speed: 2 } }]],
    [
      'settings that come late',
      [
        { text: ' ', context_id: 'a' },
        { text: 'x ', context_id: 'a', voice_settings: {} },
      ],
    ],
    [
      'text for a closed context',
      [
        { text: ' ', context_id: 'a' },
        { text: 'one ', context_id: 'a' },
        { context_id: 'a', close_context: true },
        { text: 'two ', context_id: 'a' },
      ],
    ],
    ['a text without a context', [{ text: 'one ' }]],
  ]
  it.each(wrongs)('closes with 1008 on %s', async (_, messages) => {
    const { sim, say, until, closeCode } = await rig('multi-stream-input')
    sim.behave({ firstMs: 50 })
    say(...messages)
    await until(() => closeCode() !== undefined)
    expect(closeCode()).toBe(1008)
    expect(sim.complaints).toHaveLength(1)
  })

  it('closes a socket on which nothing is said, unless it is kept alive', async () => {
    const clock = new VirtualClock()
    const { answers, say, until, closeCode, sim } = await rig(
      'multi-stream-input',
      { inactivity_timeout: '30' },
      { clock },
    )
    await clock.advance(29_000)
    say({ text: '' })
    while (sim.received.length < 1) await new Promise(resolve => setImmediate(resolve))
    await clock.advance(29_000)
    expect(closeCode()).toBeUndefined()
    await clock.advance(1_000)
    await until(() => closeCode() !== undefined)
    expect(answers.at(-1)).toMatchObject({ error: 'input_timeout_exceeded' })
    expect(sim.complaints).toEqual([])
  })

  it('has no socket for models that have none', async () => {
    const { answers, until, closeCode } = await rig('multi-stream-input', { model_id: 'eleven_v3' })
    await until(() => closeCode() !== undefined)
    expect(answers.at(-1)?.code).toBe(1008)
  })
})
