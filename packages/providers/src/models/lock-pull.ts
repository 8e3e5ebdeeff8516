import { open, readFile, rm } from 'node:fs/promises'
import { ParleyError } from '@parley/core'

/**
 * Holds a file that says who pulls; resolves with what lets go of it. A file left by a process that is gone is taken over.
 * @throws ParleyError `store_locked` while another process lives that holds it.
 */
export async function lockPull(file: string): Promise<() => Promise<void>> {
  for (let attempt = 0; ; attempt++) {
    try {
      const handle = await open(file, 'wx')
      await handle.writeFile(String(process.pid))
      await handle.close()
      return () => rm(file, { force: true })
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
      const holder = Number(await readFile(file, 'utf8').catch(() => ''))
      if (attempt > 0 || isAlive(holder))
        throw new ParleyError('store_locked', `Process ${holder} is pulling this model already.`)
      await rm(file, { force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
