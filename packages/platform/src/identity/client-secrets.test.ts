import { describe, expect, it } from 'vitest'
import { createClientSecrets, createMemoryShelf, type SecretShelf } from './client-secrets.js'
import type { Principal } from './principal.js'

const ana: Principal = {
  tenant: 'acme',
  subject: 'ana',
  scopes: ['talk', 'sessions:read'],
  anonymous: false,
}

function bench(bounds: { most?: number; mostPerOwner?: number } = {}) {
  let nowMs = 1_000_000
  let made = 0
  const epochMs = () => nowMs
  const memory = createMemoryShelf({ epochMs, ...bounds })
  const put: Parameters<SecretShelf['put']>[0][] = []
  const shelf: SecretShelf = {
    put(entry) {
      put.push(entry)
      return memory.put(entry)
    },
    get: key => memory.get(key),
  }
  const randomBytes = () => new Uint8Array(16).fill(++made)
  const pass = (ms: number) => {
    nowMs += ms
  }
  return { secrets: createClientSecrets({ shelf, epochMs, randomBytes }), put, pass }
}

describe('a client secret', () => {
  it('stands for whoever made it, may only talk, and carries what it was made for', async () => {
    const { secrets } = bench()
    const { value, expiresAt } = await secrets.mint(ana, { seconds: 600, about: { model: 'clerk' } })
    expect(value).toBe(`ek_${'01'.repeat(16)}`)
    expect(expiresAt).toBe(1_600)
    expect(await secrets.find(value)).toEqual({
      principal: { ...ana, scopes: ['talk'] },
      about: { model: 'clerk' },
    })
  })

  it('is good again and again until it expires, and never after', async () => {
    const { secrets, pass } = bench()
    const { value } = await secrets.mint(ana, { seconds: 10, about: null })
    pass(9_999)
    expect(await secrets.find(value)).toBeDefined()
    pass(1)
    expect(await secrets.find(value)).toBeUndefined()
  })

  it('is nowhere kept as it is', async () => {
    const { secrets, put } = bench()
    const { value } = await secrets.mint(ana, { seconds: 10, about: null })
    expect(JSON.stringify(put)).not.toContain(value.slice(3))
  })

  it.each(['ek_', 'ek_zz', `ek_${'02'.repeat(16)}`, 'sk-1', ''])('is not %s', async value => {
    const { secrets } = bench()
    await secrets.mint(ana, { seconds: 10, about: null })
    expect(await secrets.find(value)).toBeUndefined()
  })

  it('is refused above what one owner and all together may have, until others are over', async () => {
    const { secrets, pass } = bench({ most: 3, mostPerOwner: 2 })
    const mint = (subject: string) => secrets.mint({ ...ana, subject }, { seconds: 10, about: null })
    await mint('ana')
    await mint('ana')
    await expect(mint('ana')).rejects.toMatchObject({ code: 'rate_limited', retryable: true })
    await mint('ben')
    await expect(mint('ada')).rejects.toMatchObject({ code: 'rate_limited' })
    pass(10_000)
    await expect(mint('ana')).resolves.toBeDefined()
  })
})
