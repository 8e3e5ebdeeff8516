import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ParleyError } from '@parley/core'
import { readArchive } from './folder-archive.js'

/**
 * A fresh cluster that the build made: what `initdb` writes is the same on every machine (UTC, locale C, nothing of the
 * user), so a first start unpacks it instead of running `initdb` again, which takes 5 s of CPU and 900 MB. It holds no
 * table of ours; migrations run on it as on any other. Its name is that of the PGlite that made it, so that none of
 * another version is ever used.
 */

/** Where the build puts it. */
export function freshClusterArchive(): string {
  // PGlite does not export its manifest; its entry point is `dist/index.js`.
  const manifest = new URL('../package.json', import.meta.resolve('@electric-sql/pglite'))
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  return fileURLToPath(new URL(`./fresh-cluster-${version}.gz`, import.meta.url))
}

/**
 * False, and nothing is written, where the build made none. Files are readable by their owner alone.
 * @throws ParleyError `store_failed` for a damaged archive; the file system's error for the folder
 */
export async function unpackFreshCluster(folder: string, archive = freshClusterArchive()): Promise<boolean> {
  if (!existsSync(archive)) return false
  const write = await readArchive(archive).catch((cause: unknown) => {
    throw new ParleyError('store_failed', `${archive} is damaged; build or install Parley again.`, { cause })
  })
  write(folder)
  return true
}
