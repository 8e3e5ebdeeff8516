import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'

const root = mkdtempSync(join(tmpdir(), 'parley-test-'))
// Registered before any hook of the test file, so it runs after them. A gateway that was killed may still be letting go.
afterAll(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }))

/** A new folder, gone when the test file that imported this is done. */
export function temporaryFolder(): string {
  return mkdtempSync(join(root, 'folder-'))
}
