import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

/** Test files may share one process and this module, one after the other. */
let root: string | undefined

/** To be called before any other hook of a test file, so that it runs after them: takes away its temporary folders. */
export function useTemporaryFolders(): void {
  afterAll(() => {
    if (root !== undefined) rmSync(root, { recursive: true, force: true })
    root = undefined
  })
}

/** A new folder, gone when the test file is done. */
export function temporaryFolder(): string {
  root ??= mkdtempSync(join(tmpdir(), 'parley-store-'))
  return mkdtempSync(join(root, 'folder-'))
}

/** An empty embedded database, made once for all tests by `npm test`: a copy saves seconds. */
const madeDatabase = process.env.PARLEY_TEST_DATABASE

/** A data folder for the embedded database: a copy where one was made for all tests, else a new one in memory. */
export function readyDataDir(): string {
  return madeDatabase === undefined ? 'memory://' : withDatabase(join(temporaryFolder(), 'data'))
}

/** The folder itself, with a copy of the database that was made for all tests; without one, who opens it makes one. */
export function withDatabase(dataDir: string): string {
  if (madeDatabase !== undefined) cpSync(madeDatabase, dataDir, { recursive: true })
  return dataDir
}
