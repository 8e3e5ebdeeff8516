/**
 * Begins a session in the folder given, writes turns to it for ever, several at a time, and prints the id of each once
 * it is acknowledged. It is there to be killed.
 */
import { writeSync } from 'node:fs'
import { systemClock } from '@parley/core'
import { openStore } from './open-store.js'
import { newSession, rememberingLog, replyEnded, transcript } from './store-fixtures.test.helper.js'

const [dataDir = '', life = ''] = process.argv.slice(2)
const store = await openStore({ dataDir, clock: systemClock, log: rememberingLog(), migrate: true })
const { id } = newSession('ses_crash')
await store.beginSession(newSession('ses_crash'))

async function writeForEver(writer: number): Promise<void> {
  for (let index = 0; ; index++) {
    const turn = `${life}.${writer}.${index}`
    await store.write(id, transcript(turn, `words of ${turn}`, index))
    await store.write(id, replyEnded(turn, `r${turn}`, index))
    // Synchronous: what is printed must not wait in this process when it is killed.
    writeSync(1, `${turn}\n`)
  }
}

await Promise.all([0, 1, 2, 3].map(writeForEver))
