import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadOpus, loadResampling, oggChecksum, readWav, sine } from '@parley/audio'
import type { ReplyId } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { afterAll, describe, expect, it } from 'vitest'
import { createFolderShelf } from './folder-shelf.js'
import { openRecordings } from './open-recordings.js'
import { type RecordingKey, readRecordingFile } from './recording-shelf.js'

const folder = await mkdtemp(join(tmpdir(), 'parley-recordings-'))
afterAll(() => rm(folder, { recursive: true }))
const opus = await loadOpus()
const resampling = await loadResampling()
const rate = 8_000
const keyOf = (id: string, tenant = 'acme'): RecordingKey => ({ tenant, id })

/** Packets of both channels, granule position of the last page. Checks every sum. */
function readOgg(bytes: Uint8Array) {
  const packets: Uint8Array[] = []
  let at = 0
  let granule = 0
  while (at < bytes.length) {
    const segments = bytes[at + 26] as number
    const lacing = bytes.subarray(at + 27, at + 27 + segments)
    const size = 27 + segments + lacing.reduce((sum, each) => sum + each, 0)
    const page = bytes.slice(at, at + size)
    const view = new DataView(page.buffer)
    const sum = view.getUint32(22, true)
    expect(oggChecksum(page)).toBe(sum)
    granule = Number(view.getBigUint64(6, true))
    let from = 27 + segments
    let length = 0
    for (const each of lacing) {
      length += each
      if (each === 255) continue
      packets.push(page.subarray(from, from + length))
      from += length
      length = 0
    }
    at += size
  }
  return { packets, granule }
}

/** The first of two streams, with its length taken out, and the second. */
function split(packet: Uint8Array): readonly [Uint8Array, Uint8Array] {
  const first = packet[1] as number
  const long = first >= 252
  const length = long ? first + 4 * (packet[2] as number) : first
  const from = long ? 3 : 2
  const caller = Uint8Array.of(packet[0] as number, ...packet.subarray(from, from + length))
  return [caller, packet.subarray(from + length)]
}

const power = (samples: Int16Array) =>
  samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length)

describe('recordings', () => {
  it('are joined from their segments by time, as WAV, Opus and a waveform', async () => {
    const clock = new VirtualClock()
    const shelf = createFolderShelf(folder)
    let serial = 1
    let rests = 0
    const recordings = openRecordings({
      shelf,
      clock,
      now: () => 1_000_000 + clock.now(),
      resampling,
      opus,
      rate,
      stem: 'call',
      serial: () => serial++,
      rest: async () => void rests++,
    })
    const call = keyOf('call_1')
    const speak = async (who: 'caller' | 'agent', hz: number) => {
      const recorder = recordings.record(call)
      const sound = sine({ rate, durationMs: 1_000, hz, amplitude: 0.4 })
      for (let i = 0; i < 50; i++) {
        const frame = { samples: sound.subarray(i * 160, (i + 1) * 160), rate, atMs: i * 20 }
        const silent = { ...frame, samples: new Int16Array(160) }
        if (who === 'agent') recorder.agentAudio?.(frame, 'rpl_1' as ReplyId, 0)
        await clock.advance(20)
        recorder.userAudio?.(who === 'caller' ? frame : silent)
      }
      await recorder.close()
    }
    await speak('caller', 440)
    await clock.advance(1_000)
    await speak('agent', 600)
    expect(await recordings.finish(call)).toEqual({ durationMs: 3_000, segments: 2 })
    expect((await shelf.list(call)).map(({ name }) => name)).toEqual(['call.json', 'call.ogg', 'call.wav'])
    expect(rests).toBeGreaterThan(10)

    const [caller, agent] = readWav(await readRecordingFile(shelf, call, 'call.wav')).channelData
    if (caller === undefined || agent === undefined) throw new Error('two channels')
    const parts = (samples: Int16Array) =>
      [0, 1, 2].map(second => power(samples.subarray(second * rate, (second + 1) * rate)) > 1e6)
    expect([parts(caller), parts(agent)]).toEqual([
      [true, false, false],
      [false, false, true],
    ])

    const { packets, granule } = readOgg(await readRecordingFile(shelf, call, 'call.ogg'))
    const [head, tags, ...sound] = packets
    expect(new TextDecoder().decode(head?.subarray(0, 8))).toBe('OpusHead')
    expect(new TextDecoder().decode(tags?.subarray(0, 8))).toBe('OpusTags')
    const preSkip = new DataView((head as Uint8Array).slice().buffer).getUint16(10, true)
    expect(granule - preSkip).toBe(3 * 48_000)
    const decoded = await Promise.all(
      [0, 1].map(async channel => {
        const decoder = await opus.decoder({ sampleRate: rate })
        const samples = sound.flatMap(packet => [...decoder.decode(split(packet)[channel as 0 | 1])])
        decoder.close()
        return Int16Array.from(samples.slice((preSkip * rate) / 48_000))
      }),
    )
    expect(decoded.map(parts)).toEqual([parts(caller), parts(agent)])

    const waveform = JSON.parse(new TextDecoder().decode(await readRecordingFile(shelf, call, 'call.json')))
    expect(waveform).toMatchObject({ version: 2, channels: 2, length: 60, samples_per_pixel: 400 })
    expect(await recordings.finish(call)).toBeUndefined()
    expect((await shelf.list(call)).length).toBe(3)
  })
})

describe('a shelf in a folder', () => {
  const shelf = createFolderShelf(folder)

  it('gives ranges of a file, and nothing to another tenant', async () => {
    const call = keyOf('call_2')
    const sink = await shelf.create(call, 'a.wav')
    await sink.append(Uint8Array.of(1, 2))
    await sink.append(Uint8Array.of(3, 4))
    await sink.close()
    const reader = await shelf.open(call, 'a.wav')
    expect([...(await reader.read(1, 3))]).toEqual([2, 3])
    expect([...(await reader.read(9, 12))]).toEqual([])
    await reader.close()
    await expect(shelf.open(keyOf('call_2', 'other'), 'a.wav')).rejects.toMatchObject({ code: 'not_found' })
    await expect(shelf.create(call, 'a.wav')).rejects.toMatchObject({ code: 'conflict' })
    await shelf.remove(call)
    expect(await shelf.list(call)).toEqual([])
  })

  it.each(['../a', 'a/b', '/etc/passwd', '..', '.', '', 'a\0b', 'A.WAV', 'a..b', 'x'.repeat(81)])(
    'has no file named %j',
    async name => {
      await expect(shelf.open(keyOf('../../call'), name)).rejects.toMatchObject({ code: 'not_found' })
    },
  )
})
