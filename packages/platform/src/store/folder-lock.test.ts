import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, it } from 'vitest'
import { acquireFolderLock } from './folder-lock.js'
import { ownIdentity } from './process-identity.js'
import { handClock, rememberingLog } from './store-fixtures.test.helper.js'
import { temporaryFolder, useTemporaryFolders } from './temporary-folder.test.helper.js'

useTemporaryFolders()

const holderProgram = fileURLToPath(new URL('./lock-holder.test.child.js', import.meta.url))
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

function options(folder: string) {
  return { folder, clock: handClock(), log: rememberingLog(), onLost() {} }
}

function lockFile(folder: string): string {
  return join(folder, 'parley.lock')
}

function leave(folder: string, holder: object): void {
  writeFileSync(
    lockFile(folder),
    JSON.stringify({ ...ownIdentity(), nonce: 'abc', startedAt: '', ...holder }),
  )
}

/** A child that is ready to reach for the lock. */
async function contender(folder: string) {
  const child = spawn(process.execPath, [holderProgram, folder], { stdio: ['pipe', 'pipe', 'inherit'] })
  children.push(child)
  const lines = child.stdout.setEncoding('utf8')
  await once(lines, 'data')
  return {
    child,
    async reach(): Promise<string> {
      child.stdin.write('go\n')
      const [answer] = await once(lines, 'data')
      return String(answer).trim()
    },
  }
}

it('refuses a second holder, naming pid and folder', () => {
  const folder = temporaryFolder()
  const lock = acquireFolderLock(options(folder))
  expect(() => acquireFolderLock(options(folder))).toThrowError(
    expect.objectContaining({
      code: 'store_locked',
      message: expect.stringContaining(`process ${process.pid} `),
      details: expect.objectContaining({ pid: process.pid, folder }),
    }),
  )
  lock.release()
  lock.release()
  expect(readdirSync(folder)).toEqual([])
  acquireFolderLock(options(folder)).release()
})

it('refuses while another process lives and takes over once it was killed', async () => {
  const folder = temporaryFolder()
  const other = await contender(folder)
  expect(await other.reach()).toBe('won')
  expect(() => acquireFolderLock(options(folder))).toThrowError(
    expect.objectContaining({ details: expect.objectContaining({ pid: other.child.pid }) }),
  )
  other.child.kill('SIGKILL')
  await once(other.child, 'exit')
  const taking = options(folder)
  acquireFolderLock(taking).release()
  expect(taking.log.lines).toEqual([
    { level: 'warn', message: 'Took over the data folder from a process that is gone.' },
  ])
})

it('takes over from an earlier process that had the pid of a living one', () => {
  const folder = temporaryFolder()
  leave(folder, { startTicks: '1' })
  const lock = acquireFolderLock(options(folder))
  expect(JSON.parse(readFileSync(lockFile(folder), 'utf8'))).toMatchObject(ownIdentity())
  lock.release()
})

it('takes over a lock that cannot be read', () => {
  for (const content of ['', '{', 'null', '{"pid":-1}', '{"pid":1,"host":"x","nonce":"../../x"}']) {
    const folder = temporaryFolder()
    writeFileSync(lockFile(folder), content)
    acquireFolderLock(options(folder)).release()
    expect(readdirSync(folder)).toEqual([])
  }
})

it('goes by the heartbeat of a holder whose pid means nothing here', () => {
  const folder = temporaryFolder()
  leave(folder, { host: 'elsewhere', pid: process.pid })
  expect(() => acquireFolderLock(options(folder))).toThrowError(
    expect.objectContaining({ code: 'store_locked', message: expect.stringContaining('elsewhere') }),
  )
  const past = new Date(Date.now() - 60_000)
  utimesSync(lockFile(folder), past, past)
  acquireFolderLock(options(folder)).release()
})

it('goes on where a process died half-way through a take-over', () => {
  const folder = temporaryFolder()
  leave(folder, { startTicks: '1', nonce: 'aaa' })
  writeFileSync(
    join(folder, 'parley.lock.aaa'),
    JSON.stringify({ ...ownIdentity(), startTicks: '2', nonce: 'bbb', startedAt: '' }),
  )
  const lock = acquireFolderLock(options(folder))
  expect(readdirSync(folder)).toEqual(['parley.lock'])
  lock.release()
})

it.each([
  { left: 'nothing', prepare: () => {} },
  { left: 'the lock of a dead process', prepare: (folder: string) => leave(folder, { startTicks: '1' }) },
])('lets exactly one of six processes win that start at once after $left', async ({ prepare }) => {
  for (let round = 0; round < 3; round++) {
    const folder = temporaryFolder()
    prepare(folder)
    const contenders = await Promise.all(Array.from({ length: 6 }, () => contender(folder)))
    const answers = await Promise.all(contenders.map(each => each.reach()))
    expect(answers.sort()).toEqual([...Array(5).fill('store_locked'), 'won'])
    expect(readdirSync(folder)).toEqual(['parley.lock'])
    for (const each of contenders) each.child.kill('SIGKILL')
  }
})

it('keeps its lock fresh, and says once when somebody else took it', async () => {
  const folder = temporaryFolder()
  const clock = handClock()
  let lost = 0
  const lock = acquireFolderLock({ ...options(folder), clock, onLost: () => lost++ })
  const past = new Date(Date.now() - 60_000)
  utimesSync(lockFile(folder), past, past)
  await clock.advance(2000)
  await expect
    .poll(() => Date.now() - statSync(lockFile(folder)).mtimeMs, { timeout: 5000 })
    .toBeLessThan(30_000)
  leave(folder, { nonce: 'ddd' })
  await expect
    .poll(async () => {
      await clock.advance(2000)
      return lost
    })
    .toBe(1)
  await clock.advance(10_000)
  expect(lost).toBe(1)
  lock.release()
  expect(existsSync(lockFile(folder))).toBe(true)
})
