/**
 * Says `ready`, waits for a line, reaches for the lock of the folder given, and prints what came of it. A winner keeps
 * it until its input ends.
 */
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { ParleyError, systemClock } from '@parley/core'
import { acquireFolderLock } from './folder-lock.js'
import { rememberingLog } from './store-fixtures.test.helper.js'

const [folder = ''] = process.argv.slice(2)
writeSync(1, 'ready\n')
await once(process.stdin, 'data')
try {
  acquireFolderLock({ folder, clock: systemClock, log: rememberingLog(), onLost() {} })
  writeSync(1, 'won\n')
  await once(process.stdin, 'end')
  process.exit()
} catch (error) {
  writeSync(1, `${error instanceof ParleyError ? error.code : String(error)}\n`)
  process.exit()
}
