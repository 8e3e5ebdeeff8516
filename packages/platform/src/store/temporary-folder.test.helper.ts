import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'parley-store-'))
// Registered before any hook of the test file, so it runs after them.
afterAll(() => rmSync(root, { recursive: true, force: true }))

/** A new folder, gone when the test file that imported this is done. */
export function temporaryFolder(): string {
  return mkdtempSync(join(root, 'folder-'))
}

/** A data folder for the embedded database: a copy of the one that was made for all tests, which saves seconds, else a new one in memory. */
export function readyDataDir(): string {
  const made = process.env.PARLEY_TEST_DATABASE
  if (made === undefined) return 'memory://'
  const dataDir = join(temporaryFolder(), 'data')
  cpSync(made, dataDir, { recursive: true })
  return dataDir
}
