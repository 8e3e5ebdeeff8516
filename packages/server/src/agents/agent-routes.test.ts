import { ParleyError } from '@parley/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createGuard } from '../http/guard.js'
import { type Rig, startRig, tokenFor } from '../testing/gateway-rig.js'
import { agentRoutes } from './agent-routes.js'
import type { AgentDesk } from './desk-contract.js'

describe('the agents API', () => {
  const asked: unknown[] = []
  let rig: Rig
  const version = { version: 2, savedBy: 'ana', savedAtMs: 1 }
  const desk: Partial<AgentDesk> = {
    names: async tenant => [{ name: `of ${tenant}`, language: 'en' }],
    list: async () => [
      { name: 'clerk', inForce: 'console', own: false, published: 2, latest: version, errors: 0 },
    ],
    async save({ tenant, subject }, draft) {
      asked.push([tenant, subject, draft])
      throw new ParleyError('conflict', 'Version 2 was saved by ana meanwhile.')
    },
    async check(text) {
      asked.push(text)
      return [{ level: 'error', line: 3, column: 4, message: 'unknown key', hint: 'remove it' }]
    },
    tryOut: async () => ({ agent: 'try:x', expiresAtMs: 7 }),
  }
  beforeAll(async () => {
    rig = await startRig({ edge: parts => agentRoutes(desk as AgentDesk, createGuard(parts)) })
  })
  afterAll(() => rig.stop())

  async function call(
    method: string,
    path: string,
    body?: unknown,
    scopes: Parameters<typeof tokenFor>[1] = ['admin', 'talk'],
  ) {
    const response = await fetch(rig.url + path, {
      method,
      headers: {
        authorization: `Bearer ${await tokenFor('acme', scopes)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return {
      status: response.status,
      cache: response.headers.get('cache-control'),
      json: await response.json(),
    }
  }

  it('tells names to whoever talks, and all to whoever may change them', async () => {
    expect(await call('GET', '/api/agents', undefined, ['talk'])).toEqual({
      ...{ status: 200, cache: 'no-store', json: { agents: [{ name: 'of acme', language: 'en' }] } },
    })
    expect((await call('GET', '/api/agents')).json).toMatchObject({
      agents: [{ published: 2, latest: version }],
    })
  })

  it.each([
    ['GET', '/api/agents/clerk'],
    ['GET', '/api/agents/clerk/versions/1'],
    ['PUT', '/api/agents/clerk', { yaml: 'a', base: 0 }],
    ['POST', '/api/agents/check', { yaml: 'a' }],
    ['POST', '/api/agents/clerk/publish', { version: 1 }],
    ['POST', '/api/agents/clerk/unpublish', {}],
    ['POST', '/api/agents/clerk/try', { yaml: 'a' }],
    ['DELETE', '/api/agents/clerk'],
  ])('asks for admin at %s %s', async (method, path, body?: unknown) => {
    expect(await call(method, path, body, ['talk', 'sessions:read'])).toMatchObject({ status: 403 })
  })

  it('checks a text under the name that it gives itself, or the one that is given', async () => {
    const problems = [{ level: 'error', line: 3, column: 4, message: 'unknown key', hint: 'remove it' }]
    expect((await call('POST', '/api/agents/check', { yaml: '# a\nagent: "clerk" # b\n' })).json).toEqual({
      problems,
    })
    expect(asked.at(-1)).toMatchObject({ tenant: 'acme', name: 'clerk' })
    await call('POST', '/api/agents/check', { yaml: 'agent: clerk', name: 'other' })
    expect(asked.at(-1)).toMatchObject({ name: 'other' })
  })

  it('says what stands in the way of a save, for names in any letters', async () => {
    const saved = await call('PUT', `/api/agents/${encodeURIComponent('recepción / 2')}`, {
      yaml: 'a',
      base: 1,
    })
    expect(saved).toMatchObject({ status: 409, json: { error: { code: 'conflict' } } })
    expect(asked.at(-1)).toMatchObject(['acme', expect.any(String), { name: 'recepción / 2', base: 1 }])
  })

  it('takes no text that is too long, and no version that is none', async () => {
    const long = { yaml: 'x'.repeat(60_001), base: 0 }
    expect((await call('PUT', '/api/agents/clerk', long)).status).toBe(400)
    expect((await call('POST', '/api/agents/clerk/publish', { version: 0 })).status).toBe(400)
    expect((await call('POST', '/api/agents/clerk/try', { version: 2 })).json).toEqual({
      agent: 'try:x',
      expiresAtMs: 7,
    })
  })
})
