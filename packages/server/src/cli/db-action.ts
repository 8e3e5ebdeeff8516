import { systemClock } from '@parley/core'
import type { MigrationStatus, Store } from '@parley/platform'
import { createLog } from '../log/log.js'
import { type ExitCode, exitCodes } from './exit-codes.js'
import { settingsOf } from './settings-of.js'
import type { Terminal } from './terminal.js'

/** What `parley db migrate` does. @throws ParleyError as `openStore` and `Store.migrate` */
export async function runMigrate(terminal: Terminal, json: boolean): Promise<void> {
  await withStore(terminal, async store => {
    const before = await store.migrationStatus()
    const after = await store.migrate()
    if (json) return terminal.print(JSON.stringify({ ...after, applied: before.pending }))
    const done = before.pending.length === 0 ? 'Nothing to do' : `Applied ${before.pending.join(', ')}`
    terminal.print(`${done}; the ${store.kind} database is at version ${after.current}.`)
  })
}

/** What `parley db status` does. @throws ParleyError as `openStore` */
export async function runStatus(terminal: Terminal, json: boolean): Promise<ExitCode> {
  return withStore(terminal, async store => {
    const status = await store.migrationStatus()
    terminal.print(json ? JSON.stringify({ kind: store.kind, ...status }) : sentence(store.kind, status))
    return status.pending.length === 0 ? exitCodes.ok : exitCodes.failure
  })
}

function sentence(kind: Store['kind'], { current, target, pending }: MigrationStatus): string {
  if (pending.length === 0) return `The ${kind} database is at version ${current}, as it should be.`
  return `The ${kind} database is at version ${current} of ${target}; run \`parley db migrate\` (${pending.join(', ')}).`
}

async function withStore<Told>(terminal: Terminal, use: (store: Store) => Promise<Told>): Promise<Told> {
  const config = settingsOf(terminal)
  const complaints = { write: (line: string) => terminal.complain(line.trimEnd()) }
  // Only what goes wrong: stdout is the command's own.
  const log = createLog({ config: { ...config, logLevel: 'warn' }, out: complaints, err: complaints })
  const { databaseUrl, dataDir } = config
  const place = databaseUrl === undefined ? { dataDir } : { dataDir, databaseUrl }
  const { openStore } = await import('@parley/platform')
  const store = await openStore({ ...place, clock: systemClock, log, migrate: false })
  try {
    return await use(store)
  } finally {
    await store.close()
  }
}
