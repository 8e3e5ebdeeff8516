/** The speech socket with plain `ws` as its client: the SDK's class for it forces `wss:` and cannot be pointed here. */

import { systemClock } from '@parley/core'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { seededRandom } from '../../random.js'
import { VirtualClock } from '../../virtual-clock.js'
import { codedBrains } from '../coded-brains.js'
import { readSpeech } from '../coded-speech.js'
import { misfits } from '../protocol-schema.test-kit.js'
import { openCartesiaSim } from './cartesia-sim.js'
import type { CartesiaSimOptions } from './cartesia-world.js'

interface Answer {
  readonly type: string
  readonly context_id?: string
  readonly data?: string
  readonly status_code?: number
  readonly flush_id?: number
  readonly word_timestamps?: { readonly words: string[]; readonly start: number[] }
}

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function rig(
  options: Partial<CartesiaSimOptions> = {},
  query = '?cartesia_version=2026-08-14&api_key=k',
) {
  const sim = await openCartesiaSim({
    clock: systemClock,
    random: seededRandom(1),
    brains: codedBrains(),
    ...options,
  })
  closing.push(() => sim.close())
  const socket = new WebSocket(`${sim.baseUrl.replace('http', 'ws')}/tts/websocket${query}`)
  const answers: Answer[] = []
  let look = () => {}
  let closeCode: number | undefined
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
    say: (message: object) => socket.send(JSON.stringify(message)),
    closeCode: () => closeCode,
    until: (holds: () => boolean) =>
      new Promise<void>(resolve => {
        look = () => {
          if (holds()) resolve()
        }
        look()
      }),
    has: (type: string) => () => answers.some(answer => answer.type === type),
  }
}

const fixed = {
  model_id: 'sonic-3.5',
  voice: 'some-voice',
  language: 'en',
  output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: 16_000 },
  add_timestamps: true,
}

function heard(answers: readonly Answer[], id: string): string {
  const chunks = answers.filter(({ type, context_id }) => type === 'chunk' && context_id === id)
  const bytes = Buffer.concat(chunks.map(({ data = '' }) => Buffer.from(data, 'base64')))
  const samples = new Int16Array(bytes.length / 2)
  for (const at of samples.keys()) samples[at] = bytes.readInt16LE(at * 2)
  return readSpeech(samples, 16_000).text
}

describe('simulated speech socket of Cartesia', () => {
  it('gathers pieces until it may speak, and counts flushes and time through the context', async () => {
    const { sim, answers, say, until, has } = await rig()
    say({ ...fixed, context_id: 'a', transcript: 'one ', continue: true })
    say({ ...fixed, context_id: 'a', transcript: 'two ', continue: true })
    say({ ...fixed, context_id: 'a', transcript: '', continue: true, flush: true })
    await until(has('flush_done'))
    say({ ...fixed, context_id: 'a', transcript: 'three', continue: false })
    await until(has('done'))
    expect(heard(answers, 'a')).toBe('one two three')
    const times = answers.flatMap(({ word_timestamps }) => word_timestamps ?? [])
    expect(times.flatMap(({ words }) => words)).toEqual(['one', 'two', 'three'])
    const starts = times.flatMap(({ start }) => start)
    expect(starts).toEqual([...starts].sort((a, b) => a - b))
    expect(answers.find(({ type }) => type === 'flush_done')?.flush_id).toBe(1)
    expect(new Set(answers.map(({ type, status_code }) => `${type} ${status_code}`))).toEqual(
      new Set(['chunk 206', 'timestamps 206', 'flush_done 206', 'done 200']),
    )
    const order = answers.map(({ type }) => type).join(' ')
    expect(order).toContain('timestamps chunk')
    expect(order).toContain('chunk timestamps')
    expect(misfits('cartesia', 'strict', 'TtsWebsocketResponse', sim.sent)).toEqual([])
    expect(sim.complaints).toEqual([])
  })

  it('waits for more text as long as it was told', async () => {
    const clock = new VirtualClock()
    const { answers, sim, say, until, has } = await rig({ clock })
    say({ ...fixed, context_id: 'a', transcript: 'one', continue: true, max_buffer_delay_ms: 300 })
    while (sim.received.length < 1) await new Promise(resolve => setImmediate(resolve))
    expect(answers).toEqual([])
    await clock.advance(300)
    await until(has('chunk'))
    expect(heard(answers, 'a')).not.toBe('')
  })

  it('ends a context a second after its last sound', async () => {
    const clock = new VirtualClock()
    const { say, until, has } = await rig({ clock })
    say({ ...fixed, context_id: 'a', transcript: 'one', continue: true, max_buffer_delay_ms: 0 })
    await until(has('chunk'))
    for (let at = 0; at < 20; at++) await clock.advance(0)
    await clock.advance(1_000)
    await until(has('done'))
  })

  it('lets a few chunks stray after a cancel, and no done', async () => {
    const { sim, answers, say, until, has } = await rig({ strayChunks: 2 })
    sim.behave({ everyMs: 1 })
    say({ ...fixed, context_id: 'a', transcript: 'a very long story indeed', continue: false })
    await until(has('chunk'))
    say({ context_id: 'a', cancel: true })
    say({ ...fixed, context_id: 'b', transcript: 'b', continue: false })
    await until(has('done'))
    expect(heard(answers, 'a')).not.toContain('story')
    expect(answers.filter(({ type }) => type === 'done').map(({ context_id }) => context_id)).toEqual(['b'])
  })

  const wrongs: [string, object][] = [
    ['a changed voice', { voice: 'another' }],
    ['an unknown emotion', { generation_config: { emotion: 'hangry' } }],
    ['too fast a speed', { generation_config: { speed: 3 } }],
    ['language and locale', { locale: 'en-GB' }],
    ['another rate', { output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: 12_345 } }],
    ['too long a buffer', { max_buffer_delay_ms: 9_000 }],
  ]
  it.each(wrongs)('answers %s with an error of 400', async (_, change) => {
    const { sim, answers, say, until, has } = await rig()
    say({ ...fixed, context_id: 'a', transcript: 'one ', continue: true })
    say({ ...fixed, ...change, context_id: 'a', transcript: 'two', continue: true })
    await until(has('error'))
    expect(answers.at(-1)).toMatchObject({ type: 'error', status_code: 400, context_id: 'a' })
    expect(sim.complaints).toHaveLength(1)
    expect(misfits('cartesia', 'strict', 'TtsWebsocketResponse', sim.sent)).toEqual([])
  })

  it('answers 429 where too many contexts are open', async () => {
    const { answers, say, until, has } = await rig({ contexts: 1 })
    say({ ...fixed, context_id: 'a', transcript: 'one ', continue: true })
    say({ ...fixed, context_id: 'b', transcript: 'two ', continue: true })
    await until(has('error'))
    expect(answers.at(-1)).toMatchObject({ status_code: 429, context_id: 'b' })
  })

  it('closes a socket without traffic after five minutes', async () => {
    for (const idleCloseCode of [1000, 1001]) {
      const clock = new VirtualClock()
      const { until, closeCode } = await rig({ clock, idleCloseCode })
      await clock.advance(300_000)
      await until(() => closeCode() !== undefined)
      expect(closeCode()).toBe(idleCloseCode)
    }
  })

  it('wants the version of the protocol', async () => {
    const { sim, until, closeCode } = await rig({}, '?api_key=k')
    await until(() => closeCode() !== undefined)
    expect(sim.complaints).toHaveLength(1)
  })
})
