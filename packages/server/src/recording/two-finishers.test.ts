import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  createFolderShelf,
  createRecordingKeyring,
  createS3Client,
  createS3Shelf,
  type RecordingRow,
  type RecordingShelf,
  readRecordingFile,
  sealedShelf,
  spooledShelf,
} from '@parley/platform'
import { VirtualClock } from '@parley/sim'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryKeyBook, memoryShelf } from '../../../platform/dist/recording/memory-shelf.test-kit.js'
import { BUCKET, standInKey, startS3StandIn } from '../../../platform/dist/recording/s3-stand-in.test-kit.js'
import { finisher, key, rowTable, SEGMENTS, segmentBytes } from './two-finishers.test-kit.js'

const thens = ['a', 'b', 'turns', 'death'] as const
const random = (count: number) => new Uint8Array(randomBytes(count))

async function fill(shelf: RecordingShelf, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at++) {
    const name = SEGMENTS[at] as string
    const sink = await shelf.create(key, name)
    await sink.append(segmentBytes(1_000 * (at + 1)))
    await sink.close()
  }
}

async function contents(shelf: RecordingShelf): Promise<Readonly<Record<string, string>>> {
  const files = await shelf.list(key)
  const entries = files.map(async ({ name }) => [
    name,
    Buffer.from(await readRecordingFile(shelf, key, name)).toString('base64'),
  ])
  return Object.fromEntries(await Promise.all(entries)) as Readonly<Record<string, string>>
}

/** What one node alone makes of it, and in how many steps. */
async function alone(segments: number) {
  const shelf = memoryShelf()
  await fill(shelf, 0, segments)
  const table = rowTable()
  const one = finisher('a', table, shelf, { formats, serial: 7 })
  await one.finish()
  expect(table.row.status).toBe('ready')
  return { files: await contents(shelf), steps: one.steps, durationMs: table.row.durationMs }
}

const formats = ['wav'] as const
const short = await alone(2)
const long = await alone(3)
const { steps } = short

/** Wherever they stand: ready means whole, and until it is made the segments are there. */
async function check(shelf: RecordingShelf, row: RecordingRow, segments: number) {
  const files = await contents(shelf)
  const whole = segments === 2 ? short : long
  for (const [name, bytes] of Object.entries(files))
    if (name.startsWith('session.')) expect([short.files[name], long.files[name]]).toContain(bytes)
  if (row.durationMs === undefined)
    expect(Object.keys(files)).toEqual(expect.arrayContaining(SEGMENTS.slice(0, segments)))
  else expect([row.durationMs, files]).toMatchObject([whole.durationMs, whole.files])
  if (row.status === 'ready') expect(files).toEqual(whole.files)
}

interface Order {
  readonly ofA: number
  readonly ofB: number
  readonly next: (typeof thens)[number]
  /** The conversation went on before its files were made, and has a further segment. */
  readonly grows: boolean
}

/**
 * `a` works and is held up; after so many of its steps its lease is another's, `b`, which works; after so many of that one's steps
 * the two go on as told, or stop; then `c` finishes what is left. Gives what wakes those who stopped, long after.
 */
async function run(shelf: RecordingShelf, { ofA, ofB, next, grows }: Order) {
  await fill(shelf, 0, 2)
  const table = rowTable()
  let segments = 2
  const a = finisher('a', table, shelf, { formats, serial: 1 })
  for (let at = 0; at < ofA; at++) await a.step()
  if (table.row.status === 'finishing') await table.rows.take(key, { node: 'b', idleMs: 0 })
  if (grows && table.row.durationMs === undefined) await fill(shelf, 2, ++segments)
  const b = finisher('b', table, shelf, { formats, serial: 2 })
  for (let at = 0; at < ofB; at++) await b.step()
  await check(shelf, table.row, segments)
  if (next === 'turns')
    for (let goes = true; goes; ) {
      goes = await a.step()
      goes = (await b.step()) || goes
    }
  if (next === 'a') await a.finish()
  if (next === 'b' || next === 'a') await b.finish()
  if (next === 'b') await a.finish()
  await check(shelf, table.row, segments)
  if (table.row.status === 'finishing') await table.rows.take(key, { node: 'c', idleMs: 0 })
  await finisher('c', table, shelf, { formats, serial: 3 }).finish()
  const isReady = async () => {
    expect(table.row.status).toBe('ready')
    await check(shelf, table.row, segments)
  }
  await isReady()
  return async () => {
    await a.finish()
    await b.finish()
    await isReady()
  }
}

describe('two nodes that finish one recording', () => {
  it.each(thens)(
    'leave it whole or its segments, wherever the lease goes over and either stops; then %s',
    async next => {
      for (let ofA = 0; ofA <= steps; ofA++)
        for (let ofB = 0; ofB <= steps; ofB++) {
          // Each order of the steps for one of the four ways on: all of them for all took ten times as long and found no more.
          if ((ofA + 3 * ofB) % 8 !== thens.indexOf(next) * 2) continue
          const shelf = memoryShelf()
          const wake = await run(shelf, { ofA, ofB, next, grows: (ofA + ofB) % 4 < 2 })
          await wake()
          expect([...shelf.files.keys()].filter(name => name.startsWith('drafts/'))).toEqual([])
        }
    },
  )

  it('do so sealed in a folder, and on the way to a bucket', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-finishers-'))
    const bucket = await startS3StandIn()
    afterAll(async () => {
      await bucket.close()
      await rm(folder, { recursive: true })
    })
    const clock = new VirtualClock()
    const { endpoint } = bucket
    const at = { endpoint, bucket: BUCKET, pathStyle: true, ...standInKey }
    const far = createS3Shelf({
      client: createS3Client({ ...at, fetch, clock, epochMs: () => 1_750_000_000_000 }),
      prefix: '',
    })
    for (let turn = 0; turn < 6; turn++) {
      const book = memoryKeyBook()
      const near = createFolderShelf(join(folder, `${turn}`), { remembers: true })
      const spool = spooledShelf({ near, far, isGone: async () => false })
      const ring = createRecordingKeyring([random(32)], random)
      const shelf = sealedShelf({ inner: spool, book, ring, randomBytes: random, seals: true })
      const order = { ofA: (turn * 7) % steps, ofB: (turn * 5) % steps, next: thens[turn % 4] ?? 'a' }
      const wake = await run(shelf, { ...order, grows: false })
      expect(await spool.takeAway()).toEqual({ files: 2 })
      expect([await near.list(key), await contents(shelf)]).toEqual([[], short.files])
      await wake()
      expect(await contents(shelf)).toEqual(short.files)
      await shelf.remove(key)
    }
  })
})
