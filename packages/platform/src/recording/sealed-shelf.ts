/**
 * A seal in front of any shelf: each recording under a random key of its own, each file under one made of that. A recording
 * is sealed as a whole or not at all: one that began without a seal (by an older version) stays open to read and to finish, and
 * beside a key nothing counts that is not sealed.
 */

import { ParleyError } from '@parley/core'
import { RECORDING_KEY_BYTES, type RecordingKeyBook, type RecordingKeyring } from './recording-keys.js'
import { isRecordingName, type RecordingKey, type RecordingShelf } from './recording-shelf.js'
import { openSealed, plainBytes, sealedHeader, sealInto } from './sealed-file.js'

export interface SealedShelfOptions {
  readonly inner: RecordingShelf
  readonly book: RecordingKeyBook
  readonly ring: RecordingKeyring
  readonly randomBytes: (count: number) => Uint8Array
  /** Whether new recordings are sealed; those that are, open all the same. */
  readonly seals: boolean
}

const SUFFIX = '.sealed'

export function sealedShelf({ inner, book, ring, randomBytes, seals }: SealedShelfOptions): RecordingShelf {
  /** Undefined where it has none: it is not sealed, or it is gone. */
  async function dataKeyOf(key: RecordingKey): Promise<Uint8Array | undefined> {
    const wrapped = await book.find(key)
    return wrapped === undefined ? undefined : ring.unwrap(key, wrapped)
  }

  async function keyForNew(key: RecordingKey): Promise<Uint8Array | undefined> {
    const known = await dataKeyOf(key)
    if (known !== undefined || !seals) return known
    const files = await inner.list(key)
    if (files.some(({ name }) => !name.endsWith(SUFFIX))) return undefined
    return ring.unwrap(key, await book.add(key, ring.wrap(key, randomBytes(RECORDING_KEY_BYTES))))
  }

  return {
    async create(key, name) {
      if (!isRecordingName(name)) throw missing()
      const dataKey = await keyForNew(key)
      if (dataKey === undefined) return inner.create(key, name)
      const sink = await inner.create(key, name + SUFFIX)
      const header = sealedHeader(name.startsWith('segment-') ? 'growing' : 'whole', randomBytes)
      return sealInto(sink, { key, name, dataKey }, header)
    },
    async draft(key, name, by) {
      if (!isRecordingName(name)) throw missing()
      const dataKey = await keyForNew(key)
      if (dataKey === undefined) return inner.draft(key, name, by)
      const draft = await inner.draft(key, name + SUFFIX, by)
      const sealed = await sealInto(draft, { key, name, dataKey }, sealedHeader('whole', randomBytes))
      return { ...sealed, place: () => draft.place() }
    },
    removeDrafts: (key, whose) => inner.removeDrafts(key, whose),
    async list(key) {
      const files = await inner.list(key)
      const isSealed = (await book.find(key)) !== undefined
      return files.flatMap(({ name, sizeBytes }) => {
        if (name.endsWith(SUFFIX) !== isSealed) return []
        if (!isSealed) return [{ name, sizeBytes }]
        return [{ name: name.slice(0, -SUFFIX.length), sizeBytes: plainBytes(sizeBytes) }]
      })
    },
    async open(key, name) {
      if (!isRecordingName(name) || name.endsWith(SUFFIX)) throw missing()
      const dataKey = await dataKeyOf(key)
      if (dataKey === undefined) return inner.open(key, name)
      const reader = await inner.open(key, name + SUFFIX)
      try {
        return await openSealed(reader, { key, name, dataKey })
      } catch (error) {
        await reader.close()
        throw error
      }
    },
    async remove(key, name) {
      if (name === undefined) {
        // First: whatever becomes of the files, nobody can hear them any more.
        await book.remove(key)
        await inner.remove(key)
        return
      }
      await inner.remove(key, name + SUFFIX)
      await inner.remove(key, name)
    },
  }
}

function missing(): ParleyError {
  return new ParleyError('not_found', 'There is no recording of that name; list them first.')
}
