import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { KEY_FILE, openEncryptionKey } from './encryption-key.js'

describe('the long-term key of a gateway', () => {
  let folder: string
  beforeEach(() => {
    fill = 0
    folder = mkdtempSync(join(tmpdir(), 'parley-key-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  let fill: number
  const open = (config: { encryptionKey?: string; requireEncryption?: boolean; dataDir?: string } = {}) =>
    openEncryptionKey({
      config: {
        encryptionKey: undefined,
        requireEncryption: false,
        dataDir: join(folder, 'data'),
        ...config,
      },
      randomBytes: count => new Uint8Array(count).fill(++fill),
    })

  it('is made at the first start, for its user alone, and stays', async () => {
    const first = await open()
    const file = join(folder, 'data', KEY_FILE)
    expect(statSync(file).mode & 0o777).toBe(0o600)
    const second = await open()
    expect(second.identity?.pin).toBe(first.identity?.pin)
    expect(second.notice).toContain(first.identity?.pin)
    expect(second.notice).not.toContain(readFileSync(file, 'utf8').trim())
  })

  it('is one, however many start at once', async () => {
    const opened = await Promise.all([open(), open(), open()])
    expect(new Set(opened.map(({ identity }) => identity?.pin)).size).toBe(1)
  })

  it('is that of the setting where there is one', async () => {
    const seed = Buffer.alloc(32, 255)
    const [first, second] = [await open({ encryptionKey: seed.toString('base64url') }), await open()]
    expect(first.identity?.pin).not.toBe(second.identity?.pin)
  })

  it('that cannot be kept is none, and stops a gateway that requires it', async () => {
    writeFileSync(join(folder, 'file'), '')
    const dataDir = join(folder, 'file', 'data')
    const { identity, notice } = await open({ dataDir })
    expect(identity).toBeUndefined()
    expect(notice).toContain('PARLEY_ENCRYPTION_KEY')
    await expect(open({ dataDir, requireEncryption: true })).rejects.toMatchObject({ code: 'bad_config' })
  })

  it('that is spoilt is not replaced', async () => {
    await open()
    writeFileSync(join(folder, 'data', KEY_FILE), 'spoilt')
    expect((await open()).identity).toBeUndefined()
    expect(readFileSync(join(folder, 'data', KEY_FILE), 'utf8')).toBe('spoilt')
  })
})
