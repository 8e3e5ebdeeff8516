/** A key that is made at the first start and read at every other; for its owner's eyes only. */

import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { toBase64url } from '@parley/protocol'

export interface KeptKey {
  readonly file: string
  readonly bytes: number
  randomBytes(count: number): Uint8Array
}

/** What is in the file; of several processes that start at once the first to write decides. Throws what the file system does. */
export async function keptKey({ file, bytes, randomBytes }: KeptKey): Promise<string> {
  const read = () => readFile(file, 'utf8')
  const known = await read().catch(thrown => {
    if (codeOf(thrown) !== 'ENOENT') throw thrown
  })
  if (known !== undefined) return known
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const made = toBase64url(randomBytes(bytes))
  // Written aside first: whoever comes second must find a whole key.
  const aside = `${file}.${toBase64url(randomBytes(6))}`
  try {
    await writeFile(aside, `${made}\n`, { flag: 'wx', mode: 0o600 })
    await link(aside, file)
    return made
  } catch (thrown) {
    if (codeOf(thrown) === 'EEXIST') return await read()
    throw thrown
  } finally {
    await rm(aside, { force: true })
  }
}

function codeOf(thrown: unknown): unknown {
  return thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
}
