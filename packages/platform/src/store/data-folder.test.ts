import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@parley/core'
import { expect, it } from 'vitest'
import { openStore } from './open-store.js'
import { newSession, rememberingLog } from './store-fixtures.test.helper.js'
import { temporaryFolder, useTemporaryFolders, withDatabase } from './temporary-folder.test.helper.js'

useTemporaryFolders()

function open(dataDir: string) {
  return openStore({ dataDir, clock: systemClock, log: rememberingLog(), migrate: true })
}

it('makes its folder private, holds it while open, and leaves no lock behind', async () => {
  const dataDir = join(temporaryFolder(), 'deep', 'data')
  const store = await open(dataDir)
  expect(statSync(dataDir).mode & 0o777).toBe(0o700)
  await expect(open(dataDir)).rejects.toMatchObject({
    code: 'store_locked',
    message: expect.stringContaining(String(process.pid)),
  })
  await store.beginSession(newSession('ses_1'))
  await store.close()
  expect(readdirSync(dataDir)).toEqual(['pgdata'])
})

it('lets exactly one of several openers in', async () => {
  const dataDir = temporaryFolder()
  const outcomes = await Promise.allSettled([open(dataDir), open(dataDir), open(dataDir)])
  const stores = outcomes.flatMap(outcome => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  expect(stores).toHaveLength(1)
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'store_locked' })
  }
  await stores[0]?.close()
})

it('says what is wrong with a folder that is a file', async () => {
  const path = join(temporaryFolder(), 'file')
  writeFileSync(path, '')
  for (const dataDir of [path, join(path, 'below')]) {
    await expect(open(dataDir)).rejects.toMatchObject({
      code: 'store_unavailable',
      retryable: false,
      message: expect.stringContaining('PARLEY_DATA_DIR'),
    })
  }
})

it('does not touch a cluster of another PostgreSQL, or a damaged one', async () => {
  const dataDir = temporaryFolder()
  const cluster = join(dataDir, 'pgdata')
  mkdirSync(cluster)
  writeFileSync(join(cluster, 'precious'), 'data')
  await expect(open(dataDir)).rejects.toMatchObject({
    code: 'store_failed',
    message: expect.stringContaining('damaged'),
  })
  writeFileSync(join(cluster, 'PG_VERSION'), '16\n')
  await expect(open(dataDir)).rejects.toMatchObject({
    code: 'store_failed',
    message: expect.stringContaining('PostgreSQL 16'),
  })
  expect(readdirSync(cluster).sort()).toEqual(['PG_VERSION', 'precious'])
  expect(readdirSync(dataDir)).toEqual(['pgdata'])
})

it('reports a cluster whose files are gone, and lets go of the folder', async () => {
  const dataDir = withDatabase(temporaryFolder())
  await (await open(dataDir)).close()
  const control = join(dataDir, 'pgdata', 'global', 'pg_control')
  renameSync(control, `${control}.away`)
  await expect(open(dataDir)).rejects.toMatchObject({ code: 'store_unavailable' })
  renameSync(`${control}.away`, control)
  await (await open(dataDir)).close()
})

it('stops at once when somebody took its folder', async () => {
  const dataDir = withDatabase(temporaryFolder())
  const log = rememberingLog()
  const store = await openStore({ dataDir, clock: systemClock, log, migrate: true })
  await store.beginSession(newSession('ses_1'))
  rmSync(join(dataDir, 'parley.lock'))
  await expect.poll(async () => (await store.health()).problem, { timeout: 10_000 }).toContain('taken')
  await expect(store.beginSession(newSession('ses_2'))).rejects.toMatchObject({ code: 'store_locked' })
  await store.close()
})
