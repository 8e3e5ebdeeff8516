import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { readWav } from '@parley/audio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  BUCKET,
  type S3StandIn,
  standInKey,
  startS3StandIn,
} from '../../packages/platform/dist/recording/s3-stand-in.test-kit.js'
import { startParley } from './support/parley-process.js'
import { VoiceCaller } from './support/voice-caller.js'

let bucket: S3StandIn
beforeAll(async () => {
  bucket = await startS3StandIn()
})
afterAll(() => bucket.close())

/** Bytes of the segments in a folder of recordings. */
function grown(folder: string): number {
  try {
    const names = readdirSync(folder, { recursive: true }).map(String)
    const segments = names.filter(name => name.includes('segment-'))
    return segments.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  } catch {
    return 0
  }
}

describe('a recorded conversation', { timeout: 120_000 }, () => {
  it('is finished at the next start after a kill, sealed in a bucket, heard by its owner and deleted for all', async () => {
    const env = {
      PARLEY_RECORD: 'announced',
      PARLEY_RECORDINGS_S3_BUCKET: BUCKET,
      PARLEY_RECORDINGS_S3_ENDPOINT: bucket.endpoint,
      PARLEY_RECORDINGS_S3_REGION: standInKey.region,
      PARLEY_RECORDINGS_S3_PATH_STYLE: 'true',
      PARLEY_RECORDINGS_S3_ACCESS_KEY_ID: standInKey.accessKeyId,
      PARLEY_RECORDINGS_S3_SECRET_ACCESS_KEY: standInKey.secretAccessKey,
    }
    const first = await startParley({ env })
    const caller = await VoiceCaller.call(first.url)
    const { session } = await caller.next('ready')
    const folder = join(first.dataDir, '.parley/recordings')
    await caller.next('reply-sent')
    await expect.poll(() => grown(folder), { timeout: 20_000 }).toBeGreaterThan(50_000)
    await first.kill()
    const said = caller.of('reply-words').map(({ text }) => text)
    expect(said.join('')).toMatch(/^This conversation is recorded\./)
    expect(caller.of('recording').at(-1)).toMatchObject({ state: 'recording', consent: 'announced' })

    const gateway = await startParley({ env, dataDir: first.dataDir })
    const path = `${gateway.url}/api/sessions/${session}/recording`
    const state = async () => (await (await fetch(path)).json()) as Record<string, unknown>
    await expect.poll(state, { timeout: 20_000 }).toMatchObject({ status: 'ready', formats: ['wav', 'ogg'] })
    expect((await state()).problem).toContain('went away')
    await expect.poll(() => [bucket.objects.size, grown(folder)], { timeout: 10_000 }).toEqual([3, 0])
    for (const [name, bytes] of bucket.objects) {
      expect(name).toMatch(/^recordings\/[0-9a-f]{40}\/[0-9a-f]{40}\/session\.\w+\.sealed$/)
      expect(Buffer.from(bytes).includes('RIFF') || Buffer.from(bytes).includes('OpusHead')).toBe(false)
    }
    const wav = readWav(new Uint8Array(await (await fetch(`${path}.wav`)).arrayBuffer()))
    const [, agent] = wav.channelData
    expect([wav.sampleRate, wav.durationMs > 500, agent?.some(sample => Math.abs(sample) > 1_000)]).toEqual([
      16_000,
      true,
      true,
    ])
    expect((await fetch(path, { method: 'DELETE' })).status).toBe(204)
    expect(bucket.objects.size).toBe(0)
    expect(await gateway.stop()).toBe(0)
  })
})
