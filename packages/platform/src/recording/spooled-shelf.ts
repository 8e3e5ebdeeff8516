/**
 * A shelf far away with a folder in front: recordings grow and are finished here, then their files are taken there, and what
 * could not be stays here until it can. While the far shelf is away, nothing is lost and everything new is still made.
 */

import { ParleyError } from '@parley/core'
import type { FolderShelf } from './folder-shelf.js'
import type { RecordingFile, RecordingKey, RecordingShelf } from './recording-shelf.js'
import type { FarShelf } from './s3-shelf.js'

export interface SpooledShelf extends RecordingShelf {
  /**
   * Takes what is finished here to the far shelf. Gives how many files went, and of the first that did not, why; the next try
   * goes on from there.
   */
  takeAway(): Promise<{ readonly files: number; readonly problem?: ParleyError }>
}

export interface SpooledShelfOptions {
  readonly near: FolderShelf
  readonly far: FarShelf
  /** Whether it was deleted, at another node, say: then its files here go, too. */
  isGone(key: RecordingKey, isSealed: boolean): Promise<boolean>
}

/** `remove` of one file means those that are here: only an unfinished recording's are removed one by one. */
export function spooledShelf({ near, far, isGone }: SpooledShelfOptions): SpooledShelf {
  let taking: ReturnType<SpooledShelf['takeAway']> | undefined
  /** Deleted by this process since that began. */
  const deleted = new Set<string>()

  async function takeOne(key: RecordingKey): Promise<number> {
    const files = await near.list(key)
    // The waveform is made last.
    const isWhole = files.some(({ name }) => /\.json(\.sealed)?$/.test(name))
    if (!isWhole || files.some(({ name }) => name.startsWith('segment-'))) return 0
    const isSealed = files.some(({ name }) => name.endsWith('.sealed'))
    if (await isGone(key, isSealed)) {
      await near.remove(key)
      return 0
    }
    const failure = await putAll(key, files).then(
      () => undefined,
      (thrown: unknown) => ({ thrown }),
    )
    // Whoever deleted it while it was taken did not find there what came later.
    if (deleted.has(nameOf(key)) || (await isGone(key, isSealed))) {
      await near.remove(key)
      await far.remove(key)
      return 0
    }
    if (failure !== undefined) throw failure.thrown
    await near.remove(key)
    return files.length
  }

  async function putAll(key: RecordingKey, files: readonly RecordingFile[]): Promise<void> {
    for (const { name } of files) {
      const reader = await near.open(key, name)
      try {
        await far.put(key, name, reader)
      } finally {
        await reader.close()
      }
    }
  }

  async function takeAll() {
    let files = 0
    for (const key of await near.all()) {
      try {
        files += await takeOne(key)
      } catch (thrown) {
        const problem = ParleyError.from(thrown, 'store_failed')
        // Deleted while it was taken: the next is another's.
        if (problem.code !== 'not_found') return { files, problem }
      }
    }
    return { files }
  }

  return {
    create: (key, name) => near.create(key, name),
    draft: (key, name, by) => near.draft(key, name, by),
    removeDrafts: (key, whose) => near.removeDrafts(key, whose),
    async list(key) {
      const here = await near.list(key)
      if (here.length > 0) return here
      return far.list(key)
    },
    async open(key, name) {
      try {
        return await near.open(key, name)
      } catch (error) {
        if (ParleyError.from(error).code !== 'not_found') throw error
        return far.open(key, name)
      }
    },
    async remove(key, name) {
      if (name === undefined && taking !== undefined) deleted.add(nameOf(key))
      await near.remove(key, name)
      if (name === undefined) await far.remove(key)
    },
    takeAway() {
      taking ??= takeAll().finally(() => {
        taking = undefined
        deleted.clear()
      })
      return taking
    },
  }
}

function nameOf({ tenant, id }: RecordingKey): string {
  return JSON.stringify([tenant, id])
}
