import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { packFolder, readArchive } from './folder-archive.js'
import { unpackFreshCluster } from './fresh-cluster.js'
import { temporaryFolder, useTemporaryFolders } from './temporary-folder.test.helper.js'

useTemporaryFolders()

function packed(): string {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'base', '1'), { recursive: true })
  mkdirSync(join(folder, 'empty'))
  writeFileSync(join(folder, 'PG_VERSION'), '18\n')
  writeFileSync(join(folder, 'base', '1', 'table'), Buffer.from([0, 10, 255, 13]))
  writeFileSync(join(folder, 'base', 'none'), '')
  const archive = join(temporaryFolder(), 'archive.gz')
  writeFileSync(archive, packFolder(folder))
  return archive
}

it('writes what was packed, bytes and empty folders too, for its owner alone', async () => {
  const into = join(temporaryFolder(), 'deep', 'pgdata')
  expect(await unpackFreshCluster(into, packed())).toBe(true)
  const names = readdirSync(into, { recursive: true }).map(String).sort()
  expect(names).toEqual(['PG_VERSION', 'base', 'base/1', 'base/1/table', 'base/none', 'empty'])
  expect([...readFileSync(join(into, 'base/1/table'))]).toEqual([0, 10, 255, 13])
  expect(statSync(join(into, 'PG_VERSION')).mode & 0o777).toBe(0o600)
  expect(statSync(join(into, 'base')).mode & 0o777).toBe(0o700)
})

it('leaves it to PGlite where the build packed none', async () => {
  const into = join(temporaryFolder(), 'pgdata')
  expect(await unpackFreshCluster(into, join(temporaryFolder(), 'none.gz'))).toBe(false)
  expect(existsSync(into)).toBe(false)
})

it('writes nothing of a damaged archive, and says what to do', async () => {
  const archive = packed()
  writeFileSync(archive, readFileSync(archive).subarray(0, -8))
  const into = join(temporaryFolder(), 'pgdata')
  await expect(unpackFreshCluster(into, archive)).rejects.toMatchObject({
    code: 'store_failed',
    message: expect.stringContaining('install Parley again'),
  })
  expect(existsSync(into)).toBe(false)
})

it('tells what the file system says of the folder', async () => {
  const write = await readArchive(packed())
  const file = join(temporaryFolder(), 'file')
  writeFileSync(file, '')
  expect(() => write(join(file, 'pgdata'))).toThrow(expect.objectContaining({ code: 'ENOTDIR' }))
})
