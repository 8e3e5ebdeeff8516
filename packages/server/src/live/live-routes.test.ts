import type { SessionId } from '@parley/core'
import { type Scope, signToken } from '@parley/platform'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type Rig, rigSecret, startRig } from '../testing/gateway-rig.js'
import { type AttachedLive, attachLive } from './attach-live.js'
import { beginLive } from './live.test-kit.js'

let rig: Rig | undefined
let live: AttachedLive | undefined
afterEach(async () => {
  await rig?.stop()
  rig = undefined
})

async function start(): Promise<Rig> {
  rig = await startRig({
    env: { PARLEY_AUTH_REQUIRED: 'true' },
    edge: parts => async app => {
      const lifecycle = { onStop() {} } as never
      live = await attachLive({ ...parts, lifecycle, epochMs: Date.now, random: () => 0 })
      await app.register(live.routes)
    },
  })
  return rig
}

const tokenOf = (tenant: string, scopes: readonly Scope[], subject = 'boss') =>
  signToken({ secret: rigSecret, tenant, subject, scopes, ttlSeconds: 60 })

async function ask(to: Rig, path: string, token: string, method = 'GET') {
  const response = await fetch(to.url + path, { method, headers: { authorization: `Bearer ${token}` } })
  return [response.status, JSON.parse(await response.text())]
}

describe('live conversations over HTTP', () => {
  it('are listed by right, and say who asks', async () => {
    const to = await start()
    if (live === undefined) throw new Error('Nothing is attached.')
    beginLive(live.board)
    const token = await tokenOf('acme', ['sessions:watch'])
    expect(await ask(to, '/api/live', token)).toMatchObject([
      200,
      { shared: false, total: 1, sessions: [{ session: 'ses_1', floor: 'open' }] },
    ])
    expect(await ask(to, '/api/live', await tokenOf('acme', ['talk']))).toMatchObject([200, { total: 0 }])
    expect(await ask(to, '/api/live', await tokenOf('acme', ['talk'], 'ana'))).toMatchObject([
      200,
      { total: 1 },
    ])
    expect(await ask(to, '/api/live', await tokenOf('other', ['sessions:watch']))).toMatchObject([
      200,
      { total: 0 },
    ])
    expect((await ask(to, '/api/live', await tokenOf('acme', ['calls:read'])))[0]).toBe(403)
    beginLive(live.board, { session: 'ses_2' as SessionId, subject: 'unnamed' })
    const nobody = await tokenOf('acme', ['talk'], 'unnamed')
    expect(await ask(to, '/api/live', nobody)).toMatchObject([200, { total: 0 }])
    expect((await ask(to, '/api/sessions/ses_2/end', nobody, 'POST'))[0]).toBe(404)
    expect(await ask(to, '/api/me', await tokenOf('acme', ['admin']))).toEqual([
      200,
      { tenant: 'acme', subject: 'boss', scopes: ['admin'], anonymous: false },
    ])
    expect((await ask(to, '/api/me', 'none'))[0]).toBe(401)
  })

  it('are ended by those who may steer them, and look missing to others', async () => {
    const to = await start()
    const ends = live && beginLive(live.board).ends
    const end = async (token: string, session = 'ses_1') =>
      (await ask(to, `/api/sessions/${session}/end`, token, 'POST'))[0]
    expect(await end(await tokenOf('acme', ['sessions:watch']))).toBe(403)
    expect(await end(await tokenOf('acme', ['talk']))).toBe(404)
    expect(await end(await tokenOf('other', ['sessions:steer']))).toBe(404)
    expect(await end(await tokenOf('acme', ['sessions:steer']), 'ses_2')).toBe(404)
    expect(ends).toEqual([])
    expect(await end(await tokenOf('acme', ['sessions:steer']))).toBe(202)
    expect(await end(await tokenOf('acme', ['talk'], 'ana'))).toBe(202)
    expect(ends).toEqual(['hang-up', 'hang-up'])
  })

  it('are told over a socket, which says by its close why somebody is turned away', async () => {
    const to = await start()
    live && beginLive(live.board)
    const open = (token: string) =>
      new WebSocket(`ws://127.0.0.1:${to.port}/v1/live`, ['parley.v1', `bearer.${token}`])
    const closed = (token: string) =>
      new Promise(resolve => open(token).once('close', (code, reason) => resolve(`${code} ${reason}`)))
    expect(await closed('bad')).toBe('1008 Unauthorized')
    expect(await closed(await tokenOf('acme', ['calls:read']))).toBe('1008 Forbidden')
    const socket = open(await tokenOf('acme', ['sessions:watch']))
    const first = await new Promise(resolve => socket.once('message', data => resolve(String(data))))
    expect(JSON.parse(String(first))).toMatchObject({ type: 'snapshot', total: 1 })
    const gone = new Promise(resolve => socket.once('close', code => resolve(code)))
    live?.drain()
    expect(await gone).toBe(1001)
  })
})
