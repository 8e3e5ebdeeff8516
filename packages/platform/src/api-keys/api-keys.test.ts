import { createHash } from 'node:crypto'
import { type ParleyError, systemClock } from '@parley/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createIdentity } from '../identity/identity.js'
import { localPrincipal, type Principal } from '../identity/principal.js'
import { type OpenStore, openStore } from '../store/open-store.js'
import { readyDataDir, useTemporaryFolders } from '../store/temporary-folder.test.helper.js'
import { createApiKeyStore } from './api-key-store.js'
import { type ApiKeys, createApiKeys } from './api-keys.js'

useTemporaryFolders()

const quiet = { info() {}, warn() {}, error() {} }
const admin: Principal = { tenant: 'acme', subject: 'ana', scopes: ['talk', 'admin'], anonymous: false }

describe('keys of a tenant', () => {
  let opened: OpenStore
  let keys: ApiKeys
  let elsewhere: ApiKeys
  let now = 1_000_000
  let looks = 0
  let seed = 0
  const warnings: ParleyError[] = []
  const clock = { ...systemClock, now: () => now }

  beforeAll(async () => {
    opened = await openStore({ dataDir: readyDataDir(), clock: systemClock, log: quiet, migrate: true })
    const store = createApiKeyStore({ database: opened.database, clock: systemClock })
    const counted = {
      ...store,
      find: (hash: string) => {
        looks += 1
        return store.find(hash)
      },
    }
    const options = {
      clock,
      epochMs: () => now,
      randomBytes: (count: number) => createHash('sha256').update(String(seed++)).digest().subarray(0, count),
      warn: (error: ParleyError) => warnings.push(error),
    }
    keys = createApiKeys({ ...options, store: counted })
    elsewhere = createApiKeys({ ...options, store })
  })
  afterAll(() => opened.close())

  it('let in with what they were made for, as a subject of their own', async () => {
    const { key, token } = await keys.make(admin, { name: 'Web page', scopes: ['talk'] })
    expect(token).toMatch(/^parley_[a-z0-9]{8}_[\w-]{32}$/)
    const identity = createIdentity({ anonymousOnLoopback: false, keys })
    expect(
      await identity.verify(token, { address: '203.0.113.1', forwarded: false, host: undefined }),
    ).toEqual({
      tenant: 'acme',
      subject: `key:${key.id}`,
      scopes: ['talk'],
      anonymous: false,
    })
  })

  it('make none that outlives them', async () => {
    const scopes = ['admin'] as const
    const { token } = await keys.make(admin, { name: 'An hour', scopes, expiresAtMs: now + 3_600_000 })
    const maker = (await keys.verify(token)) as Principal
    for (const expiresAtMs of [undefined, now + 3_600_001]) {
      const wish = { name: 'Longer', scopes, ...(expiresAtMs === undefined ? {} : { expiresAtMs }) }
      await expect(keys.make(maker, wish)).rejects.toMatchObject({ code: 'forbidden' })
    }
    const { key } = await keys.make(maker, { name: 'As long', scopes, expiresAtMs: now + 3_600_000 })
    expect(key).toMatchObject({ createdBy: maker.subject, expiresAtMs: now + 3_600_000 })
  })

  it('end when they are revoked, also for who is just being looked up', async () => {
    const { key, token } = await keys.make(admin, { name: 'Raced', scopes: ['talk'] })
    const store = createApiKeyStore({ database: opened.database, clock: systemClock })
    let read = () => {}
    const isRead = new Promise<void>(resolve => {
      read = resolve
    })
    let goOn = () => {}
    const mayGoOn = new Promise<void>(resolve => {
      goOn = resolve
    })
    const slow = {
      ...store,
      async find(hash: string) {
        const found = await store.find(hash)
        read()
        await mayGoOn
        return found
      },
    }
    const raced = createApiKeys({
      ...{ clock, epochMs: () => now, store: slow },
      randomBytes: () => new Uint8Array(32),
      warn: error => warnings.push(error),
    })
    const asked = raced.verify(token)
    await isRead
    await raced.revoke('acme', key.id)
    goOn()
    expect(await asked).toBeUndefined()
    expect(await raced.verify(token)).toBeUndefined()
  })

  it('stand nowhere in the database', async () => {
    const { token } = await keys.make(admin, { name: 'Hidden', scopes: ['talk'] })
    const { rows } = await opened.database.sql
      .selectFrom('parley.api_keys' as never)
      .selectAll()
      .execute()
      .then(rows => ({ rows }))
    expect(JSON.stringify(rows)).not.toContain(token.slice(-32))
  })

  it('cost one look in ten seconds, and are noted as used', async () => {
    const { key, token } = await keys.make(admin, { name: 'Busy', scopes: ['talk'] })
    looks = 0
    for (let i = 0; i < 20; i++) await keys.verify(token)
    expect(looks).toBe(1)
    now += 10_000
    await keys.verify(token)
    expect(looks).toBe(2)
    await expect
      .poll(async () => (await keys.list('acme')).find(({ id }) => id === key.id)?.lastUsedAtMs)
      .toBe(now - 10_000)
    expect(warnings).toEqual([])
  })

  it('are worth nothing once revoked: here at once, at another node within ten seconds', async () => {
    const { key, token } = await keys.make(admin, { name: 'Lost', scopes: ['talk'] })
    expect(await elsewhere.verify(token)).toBeDefined()
    await keys.verify(token)
    await keys.revoke('acme', key.id)
    await keys.revoke('acme', key.id)
    expect(await keys.verify(token)).toBeUndefined()
    now += 10_000
    expect(await elsewhere.verify(token)).toBeUndefined()
  })

  it('end when they were to', async () => {
    const { token } = await keys.make(admin, { name: 'Short', scopes: ['talk'], expiresAtMs: now + 60_000 })
    expect(await keys.verify(token)).toBeDefined()
    now += 60_000
    expect(await keys.verify(token)).toBeUndefined()
    await expect(
      keys.make(admin, { name: 'Past', scopes: ['talk'], expiresAtMs: now }),
    ).rejects.toMatchObject({ code: 'bad_message' })
  })

  it('give nothing that their maker has not', async () => {
    await expect(keys.make(admin, { name: 'More', scopes: ['calls:write'] })).rejects.toMatchObject({
      code: 'forbidden',
    })
  })

  it('belong to one tenant', async () => {
    const other = { ...localPrincipal, tenant: 'other' }
    const { key } = await keys.make(other, { name: 'Theirs', scopes: ['talk'] })
    expect((await keys.list('acme')).map(({ id }) => id)).not.toContain(key.id)
    await expect(keys.revoke('acme', key.id)).rejects.toMatchObject({ code: 'not_found' })
    expect((await keys.list('other'))[0]?.revokedAtMs).toBeUndefined()
  })

  it.each([
    'parley_',
    'parley_abcdefgh_',
    `parley_abcdefgh_${'x'.repeat(33)}`,
    `parley_abcdefgh_${'x'.repeat(32)}`,
  ])('are not %s', async token => expect(await keys.verify(token)).toBeUndefined())

  it('are at most 200 in force', async () => {
    const many = { ...admin, tenant: 'many' }
    for (let i = 0; i < 200; i++) await keys.make(many, { name: `Key ${i}`, scopes: ['talk'] })
    await expect(keys.make(many, { name: 'One more', scopes: ['talk'] })).rejects.toMatchObject({
      code: 'conflict',
    })
    const [first] = await keys.list('many')
    await keys.revoke('many', first?.id ?? '')
    await keys.make(many, { name: 'In its place', scopes: ['talk'] })
  })
})
