/**
 * Recordings in a folder: `<root>/<tenant>/<call>/<name>`. Tenants and calls are hashed to folder names, so that no id can
 * name another folder; call ids cannot be guessed, and neither can what is made of them.
 */

import { createHash } from 'node:crypto'
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ParleyError } from '@parley/core'
import type { CallKey } from '../call.js'
import type { RecordingFile, RecordingShelf } from './recording-shelf.js'

const namePattern = /^[a-z0-9][a-z0-9-]*(\.[a-z0-9]+)*$/
const longestName = 80

export function createFolderShelf(root: string): RecordingShelf {
  const folderOf = ({ tenant, id }: CallKey): string => join(root, hashed(tenant), hashed(id))

  const fileOf = (call: CallKey, name: string): string => {
    if (name.length > longestName || !namePattern.test(name)) {
      throw new ParleyError('not_found', 'There is no recording of that name; list them first.')
    }
    return join(folderOf(call), name)
  }

  return {
    async create(call, name) {
      const path = fileOf(call, name)
      await mkdir(folderOf(call), { recursive: true, mode: 0o700 })
      const file = await open(path, 'wx', 0o600).catch(error => {
        throw failed(error, name)
      })
      return {
        async write(bytes, position) {
          await file.write(bytes, 0, bytes.length, position)
        },
        close: () => file.close(),
      }
    },
    async patch(call, name, bytes) {
      const file = await open(fileOf(call, name), 'r+').catch(error => {
        throw failed(error, name)
      })
      try {
        await file.write(bytes, 0, bytes.length, 0)
      } finally {
        await file.close()
      }
    },
    async list(call) {
      const folder = folderOf(call)
      const names = await readdir(folder).catch(error => {
        if (codeOf(error) === 'ENOENT') return []
        throw failed(error, 'the folder')
      })
      const files: RecordingFile[] = []
      for (const name of names.sort()) {
        if (namePattern.test(name)) files.push({ name, sizeBytes: (await stat(join(folder, name))).size })
      }
      return files
    },
    async read(call, name, range) {
      const file = await open(fileOf(call, name), 'r').catch(error => {
        throw failed(error, name)
      })
      try {
        const { size } = await file.stat()
        const from = Math.max(0, Math.min(range?.from ?? 0, size))
        const to = Math.max(from, Math.min(range?.to ?? size, size))
        const bytes = new Uint8Array(to - from)
        const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
        return bytes.subarray(0, bytesRead)
      } finally {
        await file.close()
      }
    },
    async remove(call, name) {
      const path = name === undefined ? folderOf(call) : fileOf(call, name)
      await rm(path, { recursive: name === undefined, force: true })
    },
  }
}

function hashed(id: string): string {
  return createHash('sha256').update(id).digest('hex').slice(0, 40)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

function failed(error: unknown, name: string): ParleyError {
  const code = codeOf(error)
  if (code === 'ENOENT') return new ParleyError('not_found', 'There is no recording of that name.')
  if (code === 'EEXIST') return new ParleyError('conflict', `The recording ${name} is there already.`)
  return ParleyError.from(error, code === 'ENOSPC' ? 'store_full' : 'store_failed')
}
