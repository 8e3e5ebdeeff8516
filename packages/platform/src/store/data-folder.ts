import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { ParleyError } from '@parley/core'

/**
 * What lies in a data folder: `parley.lock`, the PGlite cluster `pgdata/`, and `parley.creating` while that cluster
 * is being made. The marker stands from before the first file to after the last, so that a folder left half-made by
 * a kill is made anew, and one without the marker is never touched.
 */

/** A fresh cluster takes 39 MB; PGlite does not notice a short write while it unpacks one. */
const freshClusterBytes = 64 * 2 ** 20

/** The PostgreSQL inside this version of PGlite; clusters of another major version cannot be opened. */
export const clusterVersion = '18'

export function clusterFolder(dataDir: string): string {
  return join(dataDir, 'pgdata')
}

/** Makes the folder if need be, private to the user. @throws the file system's error when it cannot be written. */
export function prepareDataFolder(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  const probe = join(dataDir, `.parley-probe-${process.pid}`)
  closeSync(openSync(probe, 'w'))
  rmSync(probe, { force: true })
}

/**
 * Whether there is a cluster to open, after removing a half-made one. Only under the lock.
 * @throws ParleyError `store_failed` for a damaged cluster or one of another PostgreSQL, `store_full` when there is
 *   no room for a fresh one.
 */
export function hasCluster(dataDir: string): boolean {
  if (existsSync(marker(dataDir))) rmSync(clusterFolder(dataDir), { recursive: true, force: true })
  if (existsSync(clusterFolder(dataDir))) {
    checkVersion(dataDir)
    return true
  }
  const { bavail, bsize } = statfsSync(dataDir)
  if (bavail * bsize < freshClusterBytes) {
    throw new ParleyError('store_full', `A fresh database needs 64 MB in ${dataDir}; free some space.`, {
      retryable: true,
      details: { folder: dataDir, freeBytes: bavail * bsize },
    })
  }
  return false
}

export function markCreating(dataDir: string): void {
  writeFileSync(marker(dataDir), 'A database is being made here; without it this folder is complete.\n')
}

export function markCreated(dataDir: string): void {
  rmSync(marker(dataDir), { force: true })
}

function marker(dataDir: string): string {
  return join(dataDir, 'parley.creating')
}

function checkVersion(dataDir: string): void {
  const path = join(clusterFolder(dataDir), 'PG_VERSION')
  if (!existsSync(path)) {
    throw new ParleyError(
      'store_failed',
      `${clusterFolder(dataDir)} is damaged: PG_VERSION is missing. Restore a backup or move the folder away.`,
      { details: { folder: dataDir } },
    )
  }
  const version = readFileSync(path, 'utf8').trim()
  if (version === clusterVersion) return
  throw new ParleyError(
    'store_failed',
    `${clusterFolder(dataDir)} was made by PostgreSQL ${version}, this Parley embeds ${clusterVersion}. ` +
      'Move the data with the Parley that made it (docs/store.md), or set another PARLEY_DATA_DIR.',
    { details: { folder: dataDir, found: version, known: clusterVersion } },
  )
}
