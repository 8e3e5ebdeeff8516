/**
 * The simulator with the vendor's own SDK as its client: the realtime recogniser and speech over HTTP. The SDK has types
 * but no class for the speech sockets, so those are tested with plain `ws` in `speech-sockets.test.ts`.
 */

import { ElevenLabsClient, RealtimeEvents } from '@elevenlabs/elevenlabs-js'
import { systemClock } from '@parley/core'
import { afterEach, expect, it } from 'vitest'
import { seededRandom } from '../../random.js'
import { codedBrains } from '../coded-brains.js'
import { codeSpeech, readSpeech } from '../coded-speech.js'
import { misfits } from '../protocol-schema.test-kit.js'
import type { VendorSim } from '../vendor-sim.js'
import { openElevenLabsSim } from './elevenlabs-sim.js'
import type { ElevenLabsSimOptions } from './elevenlabs-world.js'

const closing: VendorSim[] = []
afterEach(async () => {
  for (const sim of closing.splice(0)) await sim.close()
})

async function rig(options: Partial<ElevenLabsSimOptions> = {}) {
  const sim = await openElevenLabsSim({
    clock: systemClock,
    random: seededRandom(1),
    brains: codedBrains(),
    keys: ['xi-test'],
    ...options,
  })
  closing.push(sim)
  return { sim, client: new ElevenLabsClient({ apiKey: 'xi-test', baseUrl: sim.baseUrl, maxRetries: 0 }) }
}

function pieces(text: string): string[] {
  const { samples } = codeSpeech(text, 16_000)
  const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
  const list: string[] = []
  for (let at = 0; at < bytes.length; at += 3_200)
    list.push(bytes.subarray(at, at + 3_200).toString('base64'))
  return list
}

interface Heard {
  readonly type: string
  readonly text?: string
  readonly error?: string
}

/** Connects, says the pieces, commits if asked, and resolves with all events at the awaited one. */
async function hear(
  client: ElevenLabsClient,
  options: object,
  { texts, commit, until }: { texts: string[]; commit: boolean; until: string },
): Promise<Heard[]> {
  const events: Heard[] = []
  const connection = await client.speechToText.realtime.connect({
    modelId: 'scribe_v2_realtime',
    audioFormat: 'pcm_16000',
    sampleRate: 16_000,
    includeTimestamps: true,
    ...options,
  } as Parameters<typeof client.speechToText.realtime.connect>[0])
  await new Promise<void>(resolve => {
    for (const type of Object.values(RealtimeEvents)) {
      if (type === RealtimeEvents.SESSION_STARTED) continue
      connection.on(type, (data: unknown) => {
        events.push({ ...(data as object), type })
        if (type === until) resolve()
      })
    }
    connection.on(RealtimeEvents.SESSION_STARTED, () => {
      events.push({ type: 'session_started' })
      for (const audioBase64 of texts) connection.send({ audioBase64 })
      if (commit) connection.commit()
    })
  })
  connection.close()
  return events
}

it('hears the recogniser of the SDK, partial before committed, both kinds', async () => {
  const { sim, client } = await rig()
  const events = await hear(
    client,
    {},
    { texts: pieces('hello there everyone'), commit: true, until: 'committed_transcript_with_timestamps' },
  )
  const types = events.map(({ type }) => type)
  expect(types.slice(0, 2)).toEqual(['open', 'session_started'])
  expect(types).toContain('partial_transcript')
  expect(types.slice(-2)).toEqual(['committed_transcript', 'committed_transcript_with_timestamps'])
  expect(events.at(-1)?.text).toBe('hello there everyone')
  expect(misfits('elevenlabs', 'strict', 'ScribeServer', sim.sent)).toEqual([])
  expect(misfits('elevenlabs', 'strict', 'ScribeClient', sim.received)).toEqual([])
  expect(sim.complaints).toEqual([])
})

it('commits by silence where the SDK asks for that', async () => {
  const { client } = await rig()
  const silence = Array.from({ length: 4 }, () => Buffer.alloc(3_200).toString('base64'))
  const events = await hear(
    client,
    { commitStrategy: 'vad', vadSilenceThresholdSecs: 0.3 },
    { texts: [...pieces('good morning'), ...silence], commit: false, until: 'committed_transcript' },
  )
  expect(events.at(-1)?.text).toBe('good morning')
})

it('throttles a commit that comes too soon', async () => {
  const { sim, client } = await rig()
  const events = await hear(client, {}, { texts: pieces('a'), commit: true, until: 'commit_throttled' })
  expect(events.at(-1)?.error).toContain('300 ms')
  expect(sim.complaints).toHaveLength(1)
})

it('refuses a wrong key at the upgrade', async () => {
  const { client } = await rig({ keys: ['another'] })
  const events = await hear(client, {}, { texts: [], commit: false, until: 'error' })
  expect(JSON.stringify(events)).not.toContain('session_started')
})

it('speaks over HTTP to the SDK, with times of characters', async () => {
  const { sim, client } = await rig()
  const stream = await client.textToSpeech.streamWithTimestamps('some-voice', {
    text: 'one two',
    modelId: 'eleven_v3',
    outputFormat: 'pcm_16000',
  })
  const audio: Buffer[] = []
  let chars = ''
  for await (const part of stream) {
    audio.push(Buffer.from(part.audioBase64, 'base64'))
    chars += part.alignment?.characters.join('') ?? ''
  }
  const bytes = Buffer.concat(audio)
  const samples = Int16Array.from({ length: bytes.length / 2 }, (_, at) => bytes.readInt16LE(at * 2))
  expect(readSpeech(samples, 16_000).text).toBe('one two')
  expect(chars).toBe('one two')
  expect(sim.complaints).toEqual([])
})
