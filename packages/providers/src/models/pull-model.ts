/**
 * Pulls a model: its files are downloaded into a folder beside the models, checked, unpacked, and take the model's place in
 * one step, so that a model is there whole or not at all. What was begun is gone on with next time.
 */

import { mkdir, readFile, rename, rm, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Clock, ParleyError } from '@parley/core'
import { requireSafe } from './address.js'
import { findModel, type ModelCatalogue, type ModelEntry, type ModelFile } from './catalogue.js'
import { diskError } from './disk-error.js'
import { type Downloaded, digestOf, download } from './download.js'
import { lockPull } from './lock-pull.js'
import { unpackTar } from './unpack-tar.js'
import { unpackZip } from './unpack-zip.js'

export interface PullModel {
  readonly name: string
  readonly catalogue: ModelCatalogue
  /** Folder of all models; made if it is not there. */
  readonly folder: string
  readonly clock: Clock
  readonly fetch: typeof fetch
  readonly signal: AbortSignal
  /** Takes files whose SHA-256 the catalogue does not know. What came is written down and held to next time. */
  readonly acceptUnpinned?: boolean
  /** Longest silence of a download, ms. Default 30,000. */
  readonly idleTimeoutMs?: number
  onProgress?(progress: PullProgress): void
}

export interface PullProgress {
  readonly file: string
  readonly receivedBytes: number
  /** Of this file, where it is known. */
  readonly totalBytes: number | undefined
}

export interface PulledModel {
  readonly name: string
  readonly path: string
  /** As they were downloaded. */
  readonly files: readonly { readonly path: string; readonly sizeBytes: number; readonly sha256: string }[]
}

/** Says in a model's folder what it is made of. */
export const receiptName = 'parley-model.json'

const IDLE_MS = 30_000

/**
 * @throws ParleyError `not_found` for a model the catalogue does not have, `bad_config` for one that is not safe or not
 * pinned, `store_locked` while another pulls it, `store_full`, `provider_…` and `timeout`.
 */
export async function pullModel(pull: PullModel): Promise<PulledModel> {
  const entry = findModel(pull.catalogue, pull.name)
  const path = join(pull.folder, entry.name)
  const staging = join(pull.folder, `.pull-${entry.name}`)
  const pinned = await pinnedFiles(pull, entry, path)
  try {
    await mkdir(staging, { recursive: true })
    const unlock = await lockPull(join(staging, 'lock'))
    try {
      await requireRoom(pull.folder, pinned)
      const files = await fetchFiles(pull, staging, pinned)
      const made = join(staging, 'model')
      await rm(made, { recursive: true, force: true })
      await mkdir(made)
      for (const file of pinned) await place(pull, { file, staging, made })
      const receipt = { name: entry.name, title: entry.title, licence: entry.licence, files }
      await writeFile(join(made, receiptName), `${JSON.stringify(receipt, undefined, 2)}\n`)
      await swap(made, path, join(staging, 'old'))
      // What failed before this stays, to be gone on with.
      await rm(staging, { recursive: true, force: true })
      return { name: entry.name, path, files }
    } finally {
      await unlock()
    }
  } catch (thrown) {
    throw diskError(thrown, staging)
  }
}

/** Files with the sums they must have: those of the catalogue, else those that came before. */
async function pinnedFiles(pull: PullModel, entry: ModelEntry, path: string): Promise<ModelFile[]> {
  for (const { url } of entry.files) requireSafe(url)
  const before = await receiptOf(path)
  const files = entry.files.map(file => {
    const known = before?.files.find(each => each.path === file.path)
    return file.sha256 !== undefined || known === undefined ? file : { ...file, sha256: known.sha256 }
  })
  const unpinned = files.find(({ sha256 }) => sha256 === undefined)
  if (unpinned === undefined || pull.acceptUnpinned === true) return files
  const message = `The catalogue does not know the SHA-256 of ${unpinned.path}, so what comes cannot be checked. Look at ${unpinned.url} and pull with --unpinned if you trust it.`
  throw new ParleyError('bad_config', message)
}

/** What a pulled model is made of; undefined where there is none. */
export async function receiptOf(path: string): Promise<PulledModel | undefined> {
  try {
    const { name, files } = JSON.parse(await readFile(join(path, receiptName), 'utf8')) as PulledModel
    return Array.isArray(files) ? { name, path, files } : undefined
  } catch {
    return undefined
  }
}

async function requireRoom(folder: string, files: readonly ModelFile[]): Promise<void> {
  const needed = files.reduce(
    (sum, { sizeBytes = 0, unpack }) => sum + sizeBytes * (unpack === undefined ? 1 : 2),
    0,
  )
  const { bavail, bsize } = await statfs(folder)
  if (bavail * bsize >= needed) return
  throw new ParleyError(
    'store_full',
    `${folder} has room for ${bavail * bsize} bytes and the model needs ${needed}.`,
  )
}

async function fetchFiles(
  pull: PullModel,
  staging: string,
  files: readonly ModelFile[],
): Promise<PulledModel['files']> {
  const done: { path: string; sizeBytes: number; sha256: string }[] = []
  for (const { url, path, sizeBytes, sha256 } of files) {
    const target = join(staging, 'files', path)
    await mkdir(dirname(target), { recursive: true })
    const before = await fileThere(target, sha256)
    const got =
      before ??
      (await download({
        url,
        path: target,
        sizeBytes,
        sha256,
        fetch: pull.fetch,
        clock: pull.clock,
        signal: pull.signal,
        idleTimeoutMs: pull.idleTimeoutMs ?? IDLE_MS,
        onProgress: (receivedBytes, totalBytes) =>
          pull.onProgress?.({ file: path, receivedBytes, totalBytes }),
      }))
    done.push({ path, ...got })
  }
  return done
}

/** A file that an earlier pull had whole. */
async function fileThere(path: string, sha256: string | undefined): Promise<Downloaded | undefined> {
  try {
    const there = await digestOf(path)
    return sha256 === undefined || there.sha256 === sha256 ? there : undefined
  } catch {
    return undefined
  }
}

interface Placing {
  readonly file: ModelFile
  readonly staging: string
  readonly made: string
}

async function place(
  { signal }: PullModel,
  { file: { path, unpack, strip }, staging, made }: Placing,
): Promise<void> {
  const archive = join(staging, 'files', path)
  if (unpack === 'zip') await unpackZip({ archive, folder: made, strip, signal })
  else if (unpack !== undefined)
    await unpackTar({ archive, folder: made, strip, signal, gzip: unpack === 'tar.gz' })
  else {
    await mkdir(dirname(join(made, path)), { recursive: true })
    await rename(archive, join(made, path))
  }
}

/** The new one takes the old one's place; a crash between the two steps leaves the new one to be pulled again. */
async function swap(made: string, path: string, old: string): Promise<void> {
  await rm(old, { recursive: true, force: true })
  await rename(path, old).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  })
  await rename(made, path)
}
