import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, systemClock } from '@parley/core'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { createFolderShelf } from './folder-shelf.js'
import { readRecordingFile } from './recording-shelf.js'
import { createS3Client, type S3Options } from './s3-client.js'
import { createS3Shelf } from './s3-shelf.js'
import { BUCKET, type S3StandIn, standInKey, startS3StandIn } from './s3-stand-in.test-kit.js'
import { spooledShelf } from './spooled-shelf.js'

const key = { tenant: 'acme & sons', id: 'ses_1' }
const folder = await mkdtemp(join(tmpdir(), 'parley-s3-'))
const open: S3StandIn[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.close()
})
afterAll(() => rm(folder, { recursive: true }))

/** Waits between tries take no time; an answer's own time is the test's. */
const hasty: Clock = {
  now: () => systemClock.now(),
  after: (ms, run) => (ms < 1_000 ? systemClock.after(0, run) : () => {}),
}

async function rig(options: Partial<S3Options> = {}) {
  const bucket = await startS3StandIn()
  open.push(bucket)
  const client = createS3Client({
    ...{ endpoint: bucket.endpoint, bucket: BUCKET, pathStyle: true, ...standInKey },
    fetch: (url, init) => fetch(url, init),
    clock: hasty,
    epochMs: () => 1_750_000_000_000,
    ...options,
  })
  const shelf = createS3Shelf({ client, prefix: 'recordings/of us+you/', singleBytes: 5 * 1_048_576 })
  return { bucket, shelf, client }
}

const readerOf = (bytes: Uint8Array) => ({
  sizeBytes: bytes.length,
  read: async (from: number, to: number) => bytes.slice(from, to),
  close: async () => {},
})

describe('a shelf in a bucket', () => {
  it('puts, lists over pages, reads ranges and removes, each request signed', async () => {
    const { bucket, shelf } = await rig()
    const bytes = Uint8Array.from({ length: 1_000 }, (_, at) => at % 251)
    for (const name of ['session.json', 'session.ogg', 'session.wav'])
      await shelf.put(key, name, readerOf(bytes))
    await shelf.put({ ...key, id: 'ses_2' }, 'session.wav', readerOf(bytes))
    expect(await shelf.list(key)).toEqual(
      ['session.json', 'session.ogg', 'session.wav'].map(name => ({ name, sizeBytes: 1_000 })),
    )
    const reader = await shelf.open(key, 'session.wav')
    expect(reader.sizeBytes).toBe(1_000)
    expect([...(await reader.read(10, 13))]).toEqual([10, 11, 12])
    expect(await reader.read(990, 2_000)).toEqual(bytes.slice(990))
    expect(await reader.read(1_000, 2_000)).toEqual(new Uint8Array(0))
    await expect(shelf.open(key, 'session.txt')).rejects.toMatchObject({ code: 'not_found' })
    await shelf.remove(key)
    expect(await shelf.list(key)).toEqual([])
    expect(bucket.objects.size).toBe(1)
  })

  it('puts what is large in parts, and gives up the parts of what fails', async () => {
    const { bucket, shelf } = await rig()
    const bytes = new Uint8Array(5 * 1_048_576 + 300).fill(7, 5 * 1_048_576 - 3)
    await shelf.put(key, 'session.wav', readerOf(bytes))
    expect(bucket.asked.filter(line => line.startsWith('PUT'))).toHaveLength(2)
    expect(Buffer.compare(await readRecordingFile(shelf, key, 'session.wav'), bytes)).toBe(0)
    bucket.failsLate = true
    await shelf.put({ ...key, id: 'ses_2' }, 'session.wav', readerOf(bytes))
    expect([bucket.objects.size, bucket.openUploads]).toEqual([2, 0])
    const broken = { ...readerOf(bytes), read: async () => Promise.reject(new Error('the disk')) }
    await expect(shelf.put(key, 'session.wav', broken)).rejects.toThrow('the disk')
    expect(bucket.openUploads).toBe(0)
  })

  it('tries again where the bucket is busy, and says so where it stays away', async () => {
    const { bucket, shelf } = await rig()
    bucket.failures = 3
    await shelf.put(key, 'session.ogg', readerOf(Uint8Array.of(1)))
    expect(bucket.objects.size).toBe(1)
    bucket.failures = 4
    await expect(shelf.list(key)).rejects.toMatchObject({ code: 'store_unavailable', retryable: true })
  })

  it('waits no longer than it may for a slow bucket', async () => {
    let late: () => void = () => {}
    const clock: Clock = {
      ...hasty,
      after: (ms, run) => {
        if (ms === 5_000) late = run
        return hasty.after(ms, run)
      },
    }
    const { bucket, shelf } = await rig({ clock, timeoutMs: 5_000, attempts: 1 })
    bucket.held = new Promise(() => {})
    const listing = shelf.list(key)
    await expect.poll(() => bucket.asked.length, { timeout: 20_000 }).toBe(1)
    late()
    await expect(listing).rejects.toThrow('did not answer within 5000 ms')
  })

  it.each([
    ['another secret', { secretAccessKey: 'wrong' }, 'SignatureDoesNotMatch'],
    ['another region', { region: 'us-east-1' }, 'InvalidAccessKeyId'],
  ])('is refused with %s, at once and without telling the secret', async (_, wrong, code) => {
    const { bucket, shelf } = await rig(wrong)
    const refused = await shelf.list(key).catch((error: Error) => error)
    expect(refused).toMatchObject({ code: 'store_failed', retryable: false })
    expect(String(refused)).toContain(code)
    expect(JSON.stringify(refused) + String(refused)).not.toContain(standInKey.secretAccessKey)
    expect(bucket.asked).toHaveLength(1)
  })

  it('is found by a host name where the bucket stands there', async () => {
    const bucket = await startS3StandIn({ pathStyle: false })
    open.push(bucket)
    const seen: string[] = []
    const client = createS3Client({
      ...{ endpoint: 'http://s3.example', bucket: BUCKET, pathStyle: false, ...standInKey },
      fetch: async url => {
        seen.push(String(url))
        return new Response('<ListBucketResult></ListBucketResult>')
      },
      clock: hasty,
      epochMs: () => 0,
    })
    expect(await createS3Shelf({ client, prefix: '' }).list(key)).toEqual([])
    expect(seen[0]).toMatch(/^http:\/\/sound\.s3\.example\/\?list-type=2&prefix=/)
  })
})

describe('a spool in front of a bucket', () => {
  async function spool(gone = false) {
    const { bucket, shelf: far } = await rig()
    const near = createFolderShelf(await mkdtemp(join(folder, 'near-')), { remembers: true })
    const shelf = spooledShelf({ near, far, isGone: async () => gone })
    const write = async (name: string, bytes: Uint8Array) => {
      const sink = await shelf.create(key, name)
      await sink.append(bytes)
      await sink.close()
    }
    return { bucket, near, shelf, write }
  }

  it('takes away what is finished and nothing that is not', async () => {
    const { bucket, near, shelf, write } = await spool()
    await write('segment-1-a.wav', Uint8Array.of(1))
    await write('session.wav', Uint8Array.of(2))
    await write('session.json', Uint8Array.of(3))
    expect(await shelf.takeAway()).toEqual({ files: 0 })
    await shelf.remove(key, 'segment-1-a.wav')
    expect(await shelf.takeAway()).toEqual({ files: 2 })
    expect([await near.all(), bucket.objects.size]).toEqual([[], 2])
    expect([...(await readRecordingFile(shelf, key, 'session.wav'))]).toEqual([2])
    await shelf.remove(key)
    expect(bucket.objects.size).toBe(0)
  })

  it('keeps and gives out what the bucket does not take, and tries again', async () => {
    const { bucket, shelf, write } = await spool()
    await write('session.wav', Uint8Array.of(2))
    await write('session.json', Uint8Array.of(3))
    bucket.failures = 1_000
    expect(await shelf.takeAway()).toMatchObject({ files: 0, problem: { code: 'store_unavailable' } })
    expect([...(await readRecordingFile(shelf, key, 'session.wav'))]).toEqual([2])
    expect(await shelf.list(key)).toHaveLength(2)
    bucket.failures = 0
    expect(await shelf.takeAway()).toEqual({ files: 2 })
  })

  it('takes away nothing that was deleted at another node, sealed or not', async () => {
    const { bucket, near, shelf, write } = await spool(true)
    for (const name of ['session.wav', 'session.json']) await write(name, Uint8Array.of(2))
    expect(await shelf.takeAway()).toEqual({ files: 0 })
    expect([await near.all(), bucket.objects.size]).toEqual([[], 0])
  })

  it.each([0, 1])('leaves nothing there of what was deleted while file %i was taken', async index => {
    const { shelf: bucket } = await rig()
    const near = createFolderShelf(await mkdtemp(join(folder, 'near-')), { remembers: true })
    let deleting = Promise.resolve()
    let puts = 0
    const far = {
      ...bucket,
      async put(...put: Parameters<typeof bucket.put>) {
        // The deletion has passed when the file arrives.
        if (puts++ === index) {
          deleting = shelf.remove(key)
          await deleting
        }
        await bucket.put(...put)
      },
    }
    const shelf = spooledShelf({ near, far, isGone: async () => false })
    for (const name of ['session.wav', 'session.json']) {
      const sink = await shelf.create(key, name)
      await sink.append(Uint8Array.of(2))
      await sink.close()
    }
    expect(await shelf.takeAway()).toEqual({ files: 0 })
    await deleting
    expect([await near.all(), await bucket.list(key)]).toEqual([[], []])
  })

  it('deletes here what was deleted elsewhere, in the place of taking it there', async () => {
    const { bucket, near, shelf, write } = await spool(true)
    await write('session.wav.sealed', Uint8Array.of(2))
    await write('session.json.sealed', Uint8Array.of(3))
    expect(await shelf.takeAway()).toEqual({ files: 0 })
    expect([await near.all(), bucket.objects.size]).toEqual([[], 0])
  })
})
