/** Sees to it that what is written goes to no file that is still needed: the recording itself, or the other output. */
import { stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { ParleyError } from '@parley/core'

export interface WrittenFile {
  /** Of the command line, such as `--csv`. */
  readonly option: string
  readonly path: string
}

/**
 * Asks for it before an hour is heard: each file in a folder that is there, and none of them taken, also where a link
 * makes two names one. @throws ParleyError `bad_config`
 */
export async function spareFiles(recording: string, written: readonly WrittenFile[]): Promise<void> {
  const taken = new Map<string, string>()
  if (recording !== '-') taken.set((await identityOf(recording)) ?? recording, 'the recording itself')
  for (const { option, path } of written) {
    if (path === '-') {
      throw new ParleyError('bad_config', `${option} writes a file; for stdout say --frames, or --json.`)
    }
    const folder = await stat(dirname(path)).catch(() => undefined)
    if (!folder?.isDirectory()) {
      throw new ParleyError(
        'bad_config',
        `${option} ${path} cannot be written: ${dirname(path)} is no folder.`,
      )
    }
    const identity = await identityOf(path)
    if (identity === undefined) continue
    const other = taken.get(identity)
    if (other !== undefined) {
      throw new ParleyError('bad_config', `${option} ${path} would overwrite ${other}; name another file.`)
    }
    taken.set(identity, `what ${option} writes`)
  }
}

/** Undefined for what is no file, such as /dev/null: it may be named as often as one likes. */
async function identityOf(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) return resolve(path)
  return found.isFile() ? `${found.dev}:${found.ino}` : undefined
}
