import { describe, expect, it } from 'vitest'
import { createTenantPlaces } from './tenant-places.js'

describe('places of a tenant', () => {
  const policies = {
    of: async (tenant: string) => (tenant === 'small' ? { limits: { concurrentSessions: 2 } } : {}),
  }

  it('are as many as its policy allows, also in a crowd, and come back once', async () => {
    const places = createTenantPlaces(policies)
    const crowd = await Promise.allSettled(Array.from({ length: 5 }, () => places.take('small')))
    const taken = crowd.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
    expect(taken).toHaveLength(2)
    expect(crowd.find(each => each.status === 'rejected')).toMatchObject({
      reason: { code: 'rate_limited', retryable: true },
    })
    taken[0]?.()
    taken[0]?.()
    await places.take('small')
    await expect(places.take('small')).rejects.toMatchObject({ code: 'rate_limited' })
  })

  it('are without bound where none is written', async () => {
    const places = createTenantPlaces(policies)
    await Promise.all(Array.from({ length: 100 }, () => places.take('large')))
  })

  it('are not given where the policy cannot be read', async () => {
    const failing = { of: () => Promise.reject(new Error('gone')) }
    await expect(createTenantPlaces(failing).take('acme')).rejects.toThrow('gone')
  })
})
