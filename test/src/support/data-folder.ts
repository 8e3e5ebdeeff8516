import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { madeDatabase, parley } from './parley-process.js'
import { temporaryFolder } from './temporary-folder.js'

/** Folders with an empty embedded database each: copies of the one the tests brought, else of one that is made now. */
export async function makeDataFolders(): Promise<(into?: string) => string> {
  const made = madeDatabase ?? (await makeDatabase())
  return (into = temporaryFolder()) => {
    cpSync(made, join(into, 'data'), { recursive: true })
    return into
  }
}

async function makeDatabase(): Promise<string> {
  const dataDir = temporaryFolder()
  const { code, err } = await parley(['db', 'migrate'], { PARLEY_DATA_DIR: dataDir })
  if (code !== 0) throw new Error(err)
  return dataDir
}
