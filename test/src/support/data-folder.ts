import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { parley } from './parley-process.js'
import { temporaryFolder } from './temporary-folder.js'

/** Makes an empty embedded database once; each call of what it gives copies it, which is quicker than another one. */
export async function makeDataFolders(): Promise<(into?: string) => string> {
  const made = temporaryFolder()
  const { code, err } = await parley(['db', 'migrate'], { PARLEY_DATA_DIR: made })
  if (code !== 0) throw new Error(err)
  return (into = temporaryFolder()) => {
    cpSync(made, join(into, 'data'), { recursive: true })
    return into
  }
}
