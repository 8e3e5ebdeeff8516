import { cpSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parley } from './parley-process.js'

/** Makes an empty embedded database once; each call of what it gives copies it, which is quicker than another one. */
export async function makeDataFolders(): Promise<(into?: string) => string> {
  const made = mkdtempSync(join(tmpdir(), 'parley-made-'))
  const { code, err } = await parley(['db', 'migrate'], { PARLEY_DATA_DIR: made })
  if (code !== 0) throw new Error(err)
  return (into = mkdtempSync(join(tmpdir(), 'parley-test-'))) => {
    cpSync(made, join(into, 'data'), { recursive: true })
    return into
  }
}
