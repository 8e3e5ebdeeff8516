import { execFileSync } from 'node:child_process'
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './temporary-folder.test.helper.js'

/** A disk of a few megabytes, made of memory, to be filled and emptied. Only root can mount one. */
export interface SmallDisk {
  readonly folder: string
  /** Leaves so many bytes free. */
  fillUpTo(freeBytes: number): void
  empty(): void
  /** Makes it refuse every write, or take them again. */
  readOnly(on: boolean): void
  remove(): void
}

/** Why there is no small disk here; undefined where there can be one. */
export function whyNoSmallDisk(): string | undefined {
  if (process.platform !== 'linux') return 'tmpfs is a thing of Linux'
  if (process.getuid?.() !== 0) return 'only root can mount a tmpfs; run as root to test a full disk'
  try {
    mountSmallDisk(1).remove()
    return undefined
  } catch (error) {
    return `a tmpfs could not be mounted here: ${String(error)}`
  }
}

export function mountSmallDisk(megabytes: number): SmallDisk {
  const folder = join(temporaryFolder(), 'disk')
  mkdirSync(folder)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { stdio: 'pipe' })
  const filler = join(folder, 'filler')
  return {
    folder,
    fillUpTo(freeBytes) {
      rmSync(filler, { force: true })
      const { bavail, bsize } = statfsSync(folder)
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - freeBytes)))
    },
    empty: () => rmSync(filler, { force: true }),
    readOnly: on =>
      void execFileSync('mount', ['-o', `remount,${on ? 'ro' : 'rw'}`, folder], { stdio: 'pipe' }),
    // Lazily: a worker that was killed may not have let go of its files yet.
    remove: () => void execFileSync('umount', ['-l', folder], { stdio: 'pipe' }),
  }
}
