import { randomBytes } from 'node:crypto'
import { ParleyError, systemClock } from '@parley/core'
import { expect, it } from 'vitest'
import { openStore } from './open-store.js'
import { mountSmallDisk, type SmallDisk, whyNoSmallDisk } from './small-disk.test.helper.js'
import type { Store } from './store.js'
import { newSession, rememberingLog, sessionId, transcript } from './store-fixtures.test.helper.js'
import { useTemporaryFolders, withDatabase } from './temporary-folder.test.helper.js'

useTemporaryFolders()

const reason = whyNoSmallDisk()
if (reason !== undefined) process.stderr.write(`Skipped the tests of a full disk: ${reason}.\n`)
const session = newSession('ses_disk')

function open(disk: SmallDisk, log = rememberingLog()): Promise<Store> {
  return openStore({ dataDir: `${disk.folder}/data`, clock: systemClock, log, migrate: true })
}

function incompressible(): string {
  return randomBytes(50_000).toString('base64')
}

/** Writes turns that do not compress until one is refused; what was acknowledged, and the refusal. */
async function writeUntilRefused(store: Store): Promise<{ acknowledged: string[]; refusal: ParleyError }> {
  const acknowledged: string[] = []
  for (let index = 0; ; index++) {
    const turn = `${acknowledged.length}-${randomBytes(4).toString('hex')}`
    try {
      await store.write(session.id, transcript(turn, incompressible(), index))
      acknowledged.push(turn)
    } catch (error) {
      return { acknowledged, refusal: ParleyError.from(error) }
    }
  }
}

async function storedTurns(store: Store): Promise<ReadonlySet<string>> {
  const conversation = await store.readSession({ tenant: 'acme', id: sessionId('ses_disk') })
  return new Set(conversation?.turns.map(turn => turn.id))
}

it.skipIf(reason !== undefined).each([
  { what: 'a table can grow no more', freeBytes: 1_000_000, restarts: false },
  // A new WAL segment takes 16 MB at once; where there is no room for it PostgreSQL panics.
  { what: 'the WAL can grow no more', freeBytes: 14_000_000, restarts: true },
])(
  'says that the disk is full when $what, loses nothing, and goes on when there is room',
  async step => {
    const disk = mountSmallDisk(160)
    try {
      const log = rememberingLog()
      withDatabase(`${disk.folder}/data`)
      const store = await open(disk, log)
      await store.beginSession(session)
      disk.fillUpTo(step.freeBytes)
      const { acknowledged, refusal } = await writeUntilRefused(store)
      expect(refusal).toMatchObject({ code: 'store_full', retryable: true })
      // Still full: refused again, with a reason that can be shown.
      await expect(store.write(session.id, transcript('again', incompressible(), 1))).rejects.toMatchObject({
        retryable: true,
      })
      disk.empty()
      await expect
        .poll(() => store.write(session.id, transcript('after', 'there is room', 1)).then(() => 'stored'), {
          timeout: 20_000,
          interval: 300,
        })
        .toBe('stored')
      expect(log.lines.some(line => line.message.includes('opening it again'))).toBe(step.restarts)
      const expected = [...acknowledged, 'after']
      const stored = await storedTurns(store)
      expect(expected.filter(turn => !stored.has(turn))).toEqual([])
      await store.close()
      const reopened = await open(disk)
      const kept = await storedTurns(reopened)
      expect(expected.filter(turn => !kept.has(turn))).toEqual([])
      await reopened.close()
    } finally {
      disk.remove()
    }
  },
  120_000,
)

it.skipIf(reason !== undefined)(
  'refuses to make a fresh database where there is no room for one',
  async () => {
    const disk = mountSmallDisk(20)
    try {
      await expect(open(disk)).rejects.toMatchObject({ code: 'store_full' })
      disk.fillUpTo(0)
      await expect(open(disk)).rejects.toMatchObject({ code: 'store_full' })
    } finally {
      disk.remove()
    }
  },
)

it.skipIf(reason !== undefined)('says which folder cannot be written', async () => {
  const disk = mountSmallDisk(1)
  try {
    disk.readOnly(true)
    await expect(open(disk)).rejects.toMatchObject({
      code: 'store_unavailable',
      retryable: false,
      message: expect.stringContaining(disk.folder),
    })
  } finally {
    disk.remove()
  }
})
