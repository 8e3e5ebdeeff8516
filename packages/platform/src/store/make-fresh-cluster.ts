/** A step of the build: has PGlite make a cluster and packs it, unless this version's is there. Run as a program. */

import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { systemClock } from '@parley/core'
import { packFolder } from './folder-archive.js'
import { freshClusterArchive } from './fresh-cluster.js'
import { startPgliteEngine } from './pglite-engine.js'

const archive = freshClusterArchive()
if (!existsSync(archive)) {
  const scratch = mkdtempSync(join(tmpdir(), 'parley-cluster-'))
  try {
    const folder = join(scratch, 'pgdata')
    const engine = await startPgliteEngine({ folder, clock: systemClock, statementLimitMs: 30_000 })
    // With a checkpoint, so that there is nothing to recover.
    await engine.close()
    // Whole or not at all.
    const half = `${archive}.${process.pid}`
    writeFileSync(half, packFolder(folder))
    renameSync(half, archive)
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
  const older = readdirSync(dirname(archive)).filter(
    name => /^fresh-cluster-.*\.gz/.test(name) && name !== basename(archive),
  )
  for (const name of older) rmSync(join(dirname(archive), name))
}
