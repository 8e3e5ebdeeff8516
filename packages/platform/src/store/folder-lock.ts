import { createHash, randomUUID } from 'node:crypto'
import { linkSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { readFile, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, ParleyError } from '@parley/core'
import { isRunning, ownIdentity, type ProcessIdentity, sharesPids } from './process-identity.js'
import type { StoreLog } from './store.js'

/**
 * One process per data folder. The lock is `parley.lock`, made with its content in one step (a hard link fails when
 * the name exists). A dead holder is succeeded by linking `parley.lock.<its nonce>`: only one process can make that
 * name, so of any number of openers exactly one wins, even if one of them dies half-way. Invariant: the holder is the
 * end of that chain, and the successor of a lock that has left meanwhile is taken back.
 */
export interface FolderLock {
  release(): void
}

export interface FolderLockOptions {
  readonly folder: string
  readonly clock: Clock
  readonly log: StoreLog
  /** Called once if somebody else took the folder while this process stood still for too long. */
  onLost(): void
}

const lockName = 'parley.lock'
const heartbeatMs = 2000
/** A holder whose pid means nothing here (another container or machine) is alive if its lock is younger than this. */
const foreignSilenceMs = 10_000
const attempts = 50

interface Holder extends ProcessIdentity {
  readonly nonce: string
  /** ISO, for the reader. */
  readonly startedAt: string
}

/** @throws ParleyError `store_locked` naming pid and folder when a living process holds it. */
export function acquireFolderLock(options: FolderLockOptions): FolderLock {
  const { folder, log } = options
  const root = join(folder, lockName)
  const me: Holder = { ...ownIdentity(), nonce: randomUUID(), startedAt: new Date().toISOString() }
  const draft = `${root}.new-${me.nonce}`
  writeFileSync(draft, `${JSON.stringify(me)}\n`, { mode: 0o644 })
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const chain = readChain(root)
      const last = chain.at(-1)
      if (last && isAlive({ holder: last, me, path: last.path, draft })) throw locked(last, folder)
      if (last ? succeed({ root, draft, chain, last }) : make(draft, root)) {
        if (last)
          log.warn({ folder, pid: last.pid }, 'Took over the data folder from a process that is gone.')
        return hold({ ...options, root, me })
      }
    }
    throw new ParleyError('store_locked', `Too many processes reach for ${folder} at once; try again.`, {
      details: { folder },
    })
  } finally {
    remove(draft)
  }
}

interface Link extends Holder {
  readonly path: string
}

/** The lock and its successors, oldest first. */
function readChain(root: string): readonly Link[] {
  const chain: Link[] = []
  for (let path = root; ; ) {
    const holder = readHolder(path)
    if (!holder) return chain
    chain.push({ ...holder, path })
    path = `${root}.${holder.nonce}`
  }
}

/** A lock that cannot be read is left of a power cut: links come with their content. It counts as a dead holder. */
function readHolder(path: string): Holder | undefined {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined
    throw error
  }
  return parseHolder(text) ?? unreadable(text)
}

function parseHolder(text: string): Holder | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const { pid, host, nonce, startedAt, boot, pidSpace, startTicks } = value as Record<string, unknown>
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0) return undefined
  if (typeof host !== 'string' || typeof nonce !== 'string' || !/^[0-9a-f-]{1,64}$/.test(nonce))
    return undefined
  return {
    pid,
    host,
    nonce,
    startedAt: typeof startedAt === 'string' ? startedAt : '',
    ...(typeof boot === 'string' ? { boot } : {}),
    ...(typeof pidSpace === 'string' ? { pidSpace } : {}),
    ...(typeof startTicks === 'string' ? { startTicks } : {}),
  }
}

function unreadable(text: string): Holder {
  const nonce = createHash('sha256').update(text).digest('hex').slice(0, 32)
  return { pid: 0, host: '', nonce, startedAt: '' }
}

function isAlive(asked: {
  readonly holder: Holder
  readonly me: Holder
  readonly path: string
  readonly draft: string
}): boolean {
  if (asked.holder.pid === 0) return false
  if (sharesPids(asked.holder, asked.me)) return isRunning(asked.holder)
  // Both times are the file system's, so that clocks of two machines need not agree.
  const lock = statSync(asked.path, { throwIfNoEntry: false })
  return lock !== undefined && statSync(asked.draft).mtimeMs - lock.mtimeMs < foreignSilenceMs
}

/** True when this process is now the end of the chain; the chain is then collapsed into the root. */
function succeed(step: {
  readonly root: string
  readonly draft: string
  readonly chain: readonly Link[]
  readonly last: Link
}): boolean {
  const successor = `${step.root}.${step.last.nonce}`
  if (!make(step.draft, successor)) return false
  if (readHolder(step.root)?.nonce !== step.chain[0]?.nonce) {
    remove(successor)
    return false
  }
  // The root first: a process that still read the old chain finds, at the latest now, that it is gone.
  renameSync(step.draft, step.root)
  for (const link of step.chain.slice(1)) remove(link.path)
  remove(successor)
  return true
}

function hold(held: FolderLockOptions & { readonly root: string; readonly me: Holder }): FolderLock {
  let released = false
  let cancel = held.clock.after(heartbeatMs, beat)

  function beat(): void {
    void touch().then(mine => {
      if (released) return
      if (mine) cancel = held.clock.after(heartbeatMs, beat)
      else lose()
    })
  }

  async function touch(): Promise<boolean> {
    try {
      if (parseHolder(await readFile(held.root, 'utf8'))?.nonce !== held.me.nonce) return false
      const now = new Date()
      await utimes(held.root, now, now)
      return true
    } catch (error) {
      if (isErrno(error, 'ENOENT')) return false
      held.log.warn({ folder: held.folder, error }, 'Could not touch the lock of the data folder.')
      return true
    }
  }

  function lose(): void {
    released = true
    held.log.error({ folder: held.folder }, 'The lock of the data folder is gone or taken; the store stops.')
    held.onLost()
  }

  return {
    release() {
      if (released) return
      released = true
      cancel()
      if (readHolder(held.root)?.nonce === held.me.nonce) remove(held.root)
    },
  }
}

/** Gives the draft a name nobody has; false if somebody has it. */
function make(draft: string, path: string): boolean {
  try {
    linkSync(draft, path)
    return true
  } catch (error) {
    if (isErrno(error, 'EEXIST')) return false
    throw error
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function locked(holder: Holder, folder: string): ParleyError {
  const where = `process ${holder.pid} on ${holder.host}`
  return new ParleyError(
    'store_locked',
    `The data folder ${folder} is held by ${where}; stop it or set another PARLEY_DATA_DIR.`,
    { details: { pid: holder.pid, host: holder.host, folder, startedAt: holder.startedAt } },
  )
}
