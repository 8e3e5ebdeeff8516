import { once } from 'node:events'
import { ParleyError } from '@parley/core'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type Rig, startRig, tokenFor } from '../testing/gateway-rig.js'

let rig: Rig
afterEach(() => rig.stop())

/** A gateway with an edge that takes its token as the first message, and answers who that is or why not. */
async function start(env: Record<string, string> = {}): Promise<void> {
  rig = await startRig({ env: { PARLEY_AUTH_REQUIRED: 'true', ...env } })
  rig.door.routes.set('/late', {
    scope: 'talk',
    protocols: [],
    handleUnknown(socket, _request, { identify, known }) {
      socket.once('message', data => {
        void identify(String(data) || undefined).then(
          ({ tenant }) => {
            known()
            socket.send(tenant)
          },
          error => socket.close(1008, ParleyError.from(error).code),
        )
      })
    },
  })
}

async function ask(token: string, headers: Record<string, string> = {}): Promise<string> {
  const socket = new WebSocket(`ws://127.0.0.1:${rig.port}/late`, { headers })
  await once(socket, 'open')
  socket.send(token)
  return new Promise(resolve => {
    socket.once('message', data => resolve(String(data)))
    socket.once('close', (code, reason) => resolve(`${code} ${reason}`))
  })
}

describe('a way in for far ends without headers', () => {
  it('is open to anyone, and knows who it is by the token that comes after', async () => {
    await start()
    expect(await ask(await tokenFor('acme'))).toBe('acme')
    expect(await ask('')).toBe('1008 unauthenticated')
    expect(await ask('a.b.c')).toBe('1008 unauthenticated')
    expect(await ask(await tokenFor('acme', ['sessions:read']))).toBe('1008 forbidden')
  })

  it('takes the token of the request where none comes after', async () => {
    await start()
    expect(await ask('', { authorization: `Bearer ${await tokenFor('acme')}` })).toBe('acme')
  })

  it('lets this machine in without a token where the gateway does', async () => {
    await start({ PARLEY_AUTH_REQUIRED: 'false' })
    expect(await ask('')).toBe('local')
  })

  it('counts each as a conversation of its principal until its socket is gone', async () => {
    await start({ STREAM_MAX_CONCURRENT_SESSIONS: '1' })
    const token = await tokenFor('acme')
    const socket = new WebSocket(`ws://127.0.0.1:${rig.port}/late`)
    await once(socket, 'open')
    socket.send(token)
    await once(socket, 'message')
    expect(await ask(token)).toBe('1008 rate_limited')
    socket.close()
    await once(socket, 'close')
    while (rig.door.connections > 0) await new Promise(resolve => setImmediate(resolve))
    expect(await ask(token)).toBe('acme')
  })

  it('counts strangers by their address, and no more who they are once it is known', async () => {
    await start({ PARLEY_CONNECTIONS_PER_ADDRESS: '1' })
    const token = await tokenFor('acme')
    const stranger = new WebSocket(`ws://127.0.0.1:${rig.port}/late`)
    await once(stranger, 'open')
    const refused = new WebSocket(`ws://127.0.0.1:${rig.port}/late`)
    refused.on('error', () => {})
    const [, answer] = await once(refused, 'unexpected-response')
    expect(answer.statusCode).toBe(429)
    stranger.send(token)
    await once(stranger, 'message')
    expect(await ask(token)).toBe('acme')
    stranger.close()
    await once(stranger, 'close')
  })

  it('is shut once the gateway drains, also to who was in before they said who they are', async () => {
    await start()
    const socket = new WebSocket(`ws://127.0.0.1:${rig.port}/late`)
    await once(socket, 'open')
    rig.door.drain()
    socket.send(await tokenFor('acme'))
    const [code, reason] = await once(socket, 'close')
    expect([code, String(reason)]).toEqual([1008, 'draining'])
  })

  it('turns no one away for the subprotocol they offer', async () => {
    await start()
    const socket = new WebSocket(`ws://127.0.0.1:${rig.port}/late`, ['audio.example'])
    // This client minds that none was chosen; carriers do not.
    socket.on('error', () => {})
    const [answer] = await once(socket, 'upgrade')
    expect(answer.statusCode).toBe(101)
  })

  it('gives a route a place of its own for an address, and takes it back with the socket', async () => {
    await start()
    let held = 0
    rig.door.routes.set('/few', {
      scope: undefined,
      protocols: [],
      hold() {
        if (held === 1) throw new ParleyError('rate_limited', 'One is enough.')
        held += 1
        return () => {
          held -= 1
        }
      },
      handleUnknown(socket, _request, { identify }) {
        void identify(undefined).then(
          ({ scopes }) => socket.send(String(scopes)),
          () => socket.close(1008, 'Unauthorized'),
        )
      },
    })
    const url = `ws://127.0.0.1:${rig.port}/few`
    const authorization = `Bearer ${await tokenFor('acme', ['sessions:read'])}`
    const first = new WebSocket(url, { headers: { authorization } })
    expect(String((await once(first, 'message'))[0])).toBe('sessions:read')
    const second = new WebSocket(url)
    second.on('error', () => {})
    expect((await once(second, 'unexpected-response'))[1].statusCode).toBe(429)
    first.close()
    await once(first, 'close')
    while (held > 0) await new Promise(resolve => setImmediate(resolve))
    const third = new WebSocket(url)
    const [code, reason] = await once(third, 'close')
    expect([code, String(reason)]).toEqual([1008, 'Unauthorized'])
  })
})
