import { ParleyError } from '@parley/core'
import type { RecordingKeyBook, WrappedKey } from './recording-keys.js'
import type { RecordingKey, RecordingShelf, RecordingSink } from './recording-shelf.js'

/** A shelf in memory whose files can be seen and changed, and a disk under it that can be full. */
export interface MemoryShelf extends RecordingShelf {
  readonly files: Map<string, Uint8Array>
  /** Appends that fail from now on; each counts down. */
  failures: number
}

export function memoryShelf(): MemoryShelf {
  const files = new Map<string, Uint8Array>()
  const pathOf = ({ tenant, id }: RecordingKey, name: string) => `${tenant}/${id}/${name}`
  /** In front of the key's own files: in no list of theirs. */
  const draftOf = (key: RecordingKey, name: string, by: string) => `drafts/${pathOf(key, `${by}.${name}`)}`
  async function sinkAt(path: string): Promise<RecordingSink> {
    if (files.has(path)) throw new ParleyError('conflict')
    files.set(path, new Uint8Array(0))
    return {
      async append(bytes) {
        if (shelf.failures > 0) {
          shelf.failures--
          throw new ParleyError('store_full')
        }
        files.set(path, Uint8Array.from([...(files.get(path) ?? []), ...bytes]))
      },
      close: async () => {},
    }
  }
  const shelf: MemoryShelf = {
    files,
    failures: 0,
    create: async (key, name) => sinkAt(pathOf(key, name)),
    async draft(key, name, by) {
      const path = draftOf(key, name, by)
      return {
        ...(await sinkAt(path)),
        async place() {
          const bytes = files.get(path)
          if (bytes === undefined) throw new ParleyError('not_found')
          files.delete(path)
          files.set(pathOf(key, name), bytes)
        },
      }
    },
    async removeDrafts(key, whose = () => true) {
      const start = `drafts/${pathOf(key, '')}`
      for (const path of files.keys()) {
        const [by] = path.startsWith(start) ? path.slice(start.length).split('.') : []
        if (by !== undefined && whose(by)) files.delete(path)
      }
    },
    async list(key) {
      const start = pathOf(key, '')
      return [...files]
        .filter(([path]) => path.startsWith(start))
        .map(([path, { length }]) => ({ name: path.slice(start.length), sizeBytes: length }))
        .sort((a, b) => (a.name < b.name ? -1 : 1))
    },
    async open(key, name) {
      const bytes = files.get(pathOf(key, name))
      if (bytes === undefined) throw new ParleyError('not_found')
      return {
        sizeBytes: bytes.length,
        read: async (from, to) => bytes.slice(Math.max(0, from), Math.max(0, to)),
        close: async () => {},
      }
    },
    async remove(key, name) {
      const start = pathOf(key, name ?? '')
      for (const path of files.keys())
        if (name === undefined ? path.startsWith(start) : path === start) files.delete(path)
      if (name === undefined) await shelf.removeDrafts(key)
    },
  }
  return shelf
}

export function memoryKeyBook(): RecordingKeyBook & {
  readonly keys: Map<string, RecordingKey & WrappedKey>
} {
  const keys = new Map<string, RecordingKey & WrappedKey>()
  const nameOf = ({ tenant, id }: RecordingKey) => JSON.stringify([tenant, id])
  return {
    keys,
    find: async key => keys.get(nameOf(key)),
    async add({ tenant, id }, wrapped) {
      const kept = keys.get(nameOf({ tenant, id })) ?? { tenant, id, ...wrapped }
      keys.set(nameOf({ tenant, id }), kept)
      return kept
    },
    remove: async key => void keys.delete(nameOf(key)),
    otherThan: async name => [...keys.values()].filter(({ keyName }) => keyName !== name),
    async replace({ tenant, id }, _, wrapped) {
      keys.set(nameOf({ tenant, id }), { tenant, id, ...wrapped })
    },
  }
}
