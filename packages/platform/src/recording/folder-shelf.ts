/**
 * Recordings in a folder: `<root>/<tenant>/<id>/<name>`. Tenants and ids are hashed to folder names, so that no id can name
 * another folder; ids cannot be guessed, and neither can what is made of them.
 */

import { createHash } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ParleyError } from '@parley/core'
import {
  isRecordingName,
  type RecordingFile,
  type RecordingKey,
  type RecordingShelf,
  type RecordingSink,
} from './recording-shelf.js'

/** What a folder is the recording of, where files are taken on from there. */
const PLACE_FILE = 'PLACE'
const DRAFT = '.draft-'

export interface FolderShelf extends RecordingShelf {
  /** The recordings that are here, of those that were begun by a shelf that remembers them. */
  all(): Promise<readonly RecordingKey[]>
}

/** `remembers`: whether each folder says of which recording it is. */
export function createFolderShelf(root: string, { remembers = false } = {}): FolderShelf {
  const folderOf = (key: RecordingKey): string => join(root, ...placeOf(key))

  const fileOf = (key: RecordingKey, name: string): string => {
    if (!isRecordingName(name)) throw missing()
    return join(folderOf(key), name)
  }

  /** No name of a recording's file begins so: it is in no list. */
  const draftOf = (key: RecordingKey, name: string, by: string): string => {
    if (!isRecordingName(by) || by.includes('.') || !isRecordingName(name)) throw missing()
    return join(folderOf(key), `${DRAFT}${by}.${name}`)
  }

  async function sinkAt(path: string, key: RecordingKey, name: string): Promise<RecordingSink> {
    await mkdir(folderOf(key), { recursive: true, mode: 0o700 }).catch(error => {
      throw failed(error, name)
    })
    const file = await open(path, 'wx', 0o600).catch(error => {
      throw failed(error, name)
    })
    if (remembers) await remember(folderOf(key), key)
    let position = 0
    return {
      async append(bytes) {
        let written = 0
        try {
          while (written < bytes.length) {
            const rest = bytes.length - written
            written += (await file.write(bytes, written, rest, position + written)).bytesWritten
          }
        } catch (error) {
          throw failed(error, name)
        }
        // Only now: what was written in part is written over.
        position += written
      },
      close: () => file.close(),
    }
  }

  return {
    create: async (key, name) => sinkAt(fileOf(key, name), key, name),
    async draft(key, name, by) {
      const path = draftOf(key, name, by)
      const sink = await sinkAt(path, key, name)
      return {
        ...sink,
        place: () =>
          rename(path, fileOf(key, name)).catch(error => {
            throw failed(error, name)
          }),
      }
    },
    async removeDrafts(key, whose = () => true) {
      const names = await readdir(folderOf(key)).catch(error => {
        if (codeOf(error) === 'ENOENT') return []
        throw failed(error, 'the folder')
      })
      for (const name of names) {
        const [by] = name.startsWith(DRAFT) ? name.slice(DRAFT.length).split('.') : []
        if (by !== undefined && whose(by)) await rm(join(folderOf(key), name), { force: true })
      }
    },
    async list(key) {
      const folder = folderOf(key)
      const names = await readdir(folder).catch(error => {
        if (codeOf(error) === 'ENOENT') return []
        throw failed(error, 'the folder')
      })
      const files: RecordingFile[] = []
      for (const name of names.sort()) {
        if (!isRecordingName(name)) continue
        // Another node may have deleted it meanwhile.
        const found = await stat(join(folder, name)).catch(error => {
          if (codeOf(error) !== 'ENOENT') throw failed(error, name)
        })
        if (found !== undefined) files.push({ name, sizeBytes: found.size })
      }
      return files
    },
    async open(key, name) {
      const file = await open(fileOf(key, name), 'r').catch(error => {
        throw failed(error, name)
      })
      const { size } = await file.stat()
      return {
        sizeBytes: size,
        async read(from, to) {
          const start = Math.max(0, Math.min(from, size))
          const bytes = new Uint8Array(Math.max(start, Math.min(to, size)) - start)
          const { bytesRead } = await file.read(bytes, 0, bytes.length, start).catch(error => {
            throw failed(error, name)
          })
          return bytes.subarray(0, bytesRead)
        },
        close: () => file.close(),
      }
    },
    async all() {
      const keys: RecordingKey[] = []
      for (const tenant of await foldersIn(root)) {
        for (const id of await foldersIn(join(root, tenant))) {
          const text = await readFile(join(root, tenant, id, PLACE_FILE), 'utf8').catch(() => undefined)
          if (text !== undefined) keys.push(...keyIn(text))
        }
      }
      return keys
    },
    async remove(key, name) {
      const path = name === undefined ? folderOf(key) : fileOf(key, name)
      await rm(path, { recursive: name === undefined, force: true })
    },
  }
}

/** The names under which a recording is kept: of its tenant and of itself. */
export function placeOf({ tenant, id }: RecordingKey): readonly [string, string] {
  return [hashed(tenant), hashed(id)]
}

async function remember(folder: string, { tenant, id }: RecordingKey): Promise<void> {
  const text = JSON.stringify({ tenant, id })
  await writeFile(join(folder, PLACE_FILE), text, { mode: 0o600 }).catch(error => {
    throw failed(error, PLACE_FILE)
  })
}

/** None for a file that was torn: what it belongs to is seen by its name alone, and stays. */
function keyIn(text: string): readonly RecordingKey[] {
  try {
    const { tenant, id } = JSON.parse(text) as Partial<RecordingKey>
    return typeof tenant === 'string' && typeof id === 'string' ? [{ tenant, id }] : []
  } catch {
    return []
  }
}

async function foldersIn(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(error => {
    if (codeOf(error) === 'ENOENT') return []
    throw failed(error, 'the folder')
  })
  return entries.filter(entry => entry.isDirectory()).map(({ name }) => name)
}

function hashed(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 40)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function missing(): ParleyError {
  return new ParleyError('not_found', 'There is no recording of that name; list them first.')
}

function failed(error: unknown, name: string): ParleyError {
  const code = codeOf(error)
  if (code === 'ENOENT') return missing()
  if (code === 'EEXIST') return new ParleyError('conflict', `The recording ${name} is there already.`)
  return ParleyError.from(error, code === 'ENOSPC' ? 'store_full' : 'store_failed')
}
