import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { systemClock } from '@parley/core'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { openStore } from './open-store.js'
import { newSession, rememberingLog, sessionId } from './store-fixtures.test.helper.js'
import { temporaryFolder, useTemporaryFolders, withDatabase } from './temporary-folder.test.helper.js'

useTemporaryFolders()

const writer = fileURLToPath(new URL('./crash-writer.test.child.js', import.meta.url))

/** Runs the writer until it has acknowledged so many turns, kills it, and answers with all it acknowledged. */
async function runAndKill(dataDir: string, life: number, afterTurns: number): Promise<readonly string[]> {
  // No life is long enough for what optimising the database's code costs.
  const child = spawn(process.execPath, ['--liftoff-only', writer, dataDir, String(life)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let said = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text
    if (said.split('\n').length > afterTurns) child.kill('SIGKILL')
  })
  const [, signal] = await once(child, 'close')
  expect(signal).toBe('SIGKILL')
  return said.split('\n').slice(0, -1)
}

it('has every acknowledged row after kill -9 at random moments', async () => {
  const moments = fc.sample(fc.integer({ min: 1, max: 400 }), 3)
  const dataDir = withDatabase(temporaryFolder())
  const acknowledged: string[] = []
  for (const [life, afterTurns] of moments.entries()) {
    acknowledged.push(...(await runAndKill(dataDir, life, afterTurns)))
    const store = await openStore({ dataDir, clock: systemClock, log: rememberingLog(), migrate: false })
    const conversation = await store.readSession({ tenant: 'acme', id: sessionId('ses_crash') })
    await store.close()
    const stored = new Map(conversation?.turns.map(turn => [turn.id, turn]))
    const lost = acknowledged.filter(turn => {
      const row = stored.get(turn)
      return row?.user?.text !== `words of ${turn}` || row.replies[0]?.ended?.said !== `all of r${turn}`
    })
    expect(lost, `killed after ${moments.join(', ')} turns`).toEqual([])
  }
  expect(acknowledged.length).toBeGreaterThanOrEqual(moments.reduce((sum, count) => sum + count, 0))
}, 120_000)

it('begins anew where it was killed while making the folder', async () => {
  const dataDir = temporaryFolder()
  const child = spawn(process.execPath, [writer, dataDir, '0'], { stdio: ['ignore', 'ignore', 'inherit'] })
  await expect
    .poll(() => existsSync(`${dataDir}/pgdata/PG_VERSION`), { timeout: 60_000, interval: 1 })
    .toBe(true)
  child.kill('SIGKILL')
  await once(child, 'close')
  const store = await openStore({ dataDir, clock: systemClock, log: rememberingLog(), migrate: true })
  expect(await store.beginSession(newSession('ses_after'))).toMatchObject({ nextSeq: 0 })
  await store.close()
}, 120_000)
