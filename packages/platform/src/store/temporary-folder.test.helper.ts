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

/** A data folder for the embedded database: a copy of the one that was made for all tests, which saves seconds, else a new one in memory. */
export function readyDataDir(): string {
  const made = process.env.PARLEY_TEST_DATABASE
  if (made === undefined) return 'memory://'
  const dataDir = join(temporaryFolder(), 'data')
  cpSync(made, dataDir, { recursive: true })
  return dataDir
}
