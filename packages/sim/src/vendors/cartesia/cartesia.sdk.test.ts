/**
 * The simulator with the vendor's own SDK as its client: speech over HTTP and both recogniser sockets. The SDK is loaded
 * as CommonJS, since its ES module cannot open sockets. Its class for the speech socket forces `wss:`, whatever the base
 * URL is, so that socket is tested with plain `ws` in `speech-socket.test.ts`.
 */

import { createRequire } from 'node:module'
import type { Cartesia as CartesiaClient } from '@cartesia/cartesia-js'
import { systemClock } from '@parley/core'
import { afterEach, expect, it } from 'vitest'
import { seededRandom } from '../../random.js'
import { codedBrains } from '../coded-brains.js'
import { codeSpeech, readSpeech } from '../coded-speech.js'
import { misfits } from '../protocol-schema.test-kit.js'
import type { VendorSim } from '../vendor-sim.js'
import { openCartesiaSim } from './cartesia-sim.js'

const { Cartesia } = createRequire(import.meta.url)('@cartesia/cartesia-js') as {
  Cartesia: typeof CartesiaClient
}

const closing: VendorSim[] = []
afterEach(async () => {
  for (const sim of closing.splice(0)) await sim.close()
})

async function rig() {
  const sim = await openCartesiaSim({ clock: systemClock, random: seededRandom(1), brains: codedBrains() })
  closing.push(sim)
  return { sim, client: new Cartesia({ apiKey: 'sk_car_test', baseURL: sim.baseUrl, maxRetries: 0 }) }
}

/** Sound in tenths of a second, as the SDK's documentation asks for. */
function pieces(text: string): Buffer[] {
  const { samples } = codeSpeech(text, 16_000)
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
  const list: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 3_200) list.push(bytes.subarray(at, at + 3_200))
  return list
}

const silence = (ms: number) => Buffer.alloc(ms * 32)

it('speaks over HTTP to the SDK', async () => {
  const { sim, client } = await rig()
  const response = await client.tts.generate({
    model_id: 'sonic-3.5',
    transcript: 'one two',
    voice: 'some-voice',
    output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: 16_000 },
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  const samples = new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
  expect(readSpeech(samples, 16_000).text).toBe('one two')
  expect(misfits('cartesia', 'strict', 'TtsGenerateParams', sim.received)).toEqual([])
  expect(sim.complaints).toEqual([])
})

it('refuses a request of the SDK as the vendor would', async () => {
  const { client } = await rig()
  const asked = client.tts.generate({
    model_id: 'sonic-3.5',
    transcript: 'one',
    voice: '',
    output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: 16_000 },
  })
  await expect(asked).rejects.toMatchObject({ status: 400 })
})

it('hears the manual socket of the SDK', async () => {
  const { sim, client } = await rig()
  const socket = client.stt.manualFinalize.websocket({
    model: 'ink-2',
    encoding: 'pcm_s16le',
    sample_rate: 16_000,
  })
  const events: { type: string; text?: string; is_final?: boolean }[] = []
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('event', event => {
      events.push(event)
      if (event.type === 'flush_done') socket.send('close')
      if (event.type === 'done') resolve()
    })
    for (const piece of pieces('hello there')) socket.sendRaw(piece)
    socket.send('finalize')
  })
  expect(events.filter(event => event.is_final).map(({ text }) => text)).toEqual(['hello there'])
  expect(events.slice(-2).map(({ type }) => type)).toEqual(['flush_done', 'done'])
  expect(misfits('cartesia', 'strict', 'SttManualServerMessage', sim.sent)).toEqual([])
  expect(sim.complaints).toEqual([])
})

it('finds turns on the other socket of the SDK', async () => {
  const { sim, client } = await rig()
  const socket = client.stt.autoFinalize.websocket({
    model: 'ink-2',
    encoding: 'pcm_s16le',
    sample_rate: 16_000,
    turn_end_threshold: 0.2,
  })
  const events: { type: string; transcript?: string }[] = []
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject)
    socket.on('event', event => {
      events.push(event)
      if (event.type === 'turn.end') resolve()
    })
    socket.send({ type: 'config', turn: { end_timeout_ms: 1_000 } })
    for (const piece of [...pieces('good morning'), silence(300), silence(300)]) socket.sendRaw(piece)
  })
  socket.close()
  expect(events[0]?.type).toBe('connected')
  expect(events.at(-1)).toMatchObject({ type: 'turn.end', transcript: 'good morning' })
  expect(events.map(({ type }) => type)).toContain('turn.eager_end')
  expect(misfits('cartesia', 'strict', 'SttTurnsServerMessage', sim.sent)).toEqual([])
  expect(misfits('cartesia', 'strict', 'SttTurnsClientMessage', sim.received)).toEqual([])
  expect(sim.complaints).toEqual([])
})
