import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as createTcp } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { createHandClock } from '../testing/hand-clock.js'
import { createCheck, type Probe } from './check.js'

import { redisProbe } from './redis-probe.js'
import { vendorProbe } from './vendor-probe.js'

function checkOf(probe: Probe) {
  const clock = createHandClock()
  return { clock, check: createCheck({ probe, clock, timeoutMs: 2_000, freshMs: 1_000 }) }
}

describe('a check', () => {
  it('asks once for many at a time and again when its answer is old', async () => {
    let asked = 0
    const { clock, check } = checkOf(async () => void asked++)
    await Promise.all([check(), check(), check()])
    await check()
    expect(asked).toBe(1)
    await clock.advance(1_000)
    await check()
    expect(asked).toBe(2)
  })

  it('of something that hangs is unhealthy at its limit, and the probe is told', async () => {
    let aborted = false
    const { clock, check } = checkOf(signal => {
      signal.addEventListener('abort', () => {
        aborted = true
      })
      return new Promise(() => undefined)
    })
    const state = check()
    await clock.advance(2_000)
    expect(await state).toEqual({ status: 'unhealthy', reason: 'no answer within 2000 ms', code: 'timeout' })
    expect(aborted).toBe(true)
  })

  it('of a probe that throws at once is unhealthy and leaves no timer', async () => {
    const { clock, check } = checkOf(() => {
      throw new Error('broken')
    })
    expect(await check()).toEqual({ status: 'unhealthy', reason: 'broken' })
    expect(clock.pending).toBe(0)
  })
})

describe('the probe of a vendor', () => {
  let server: Server | undefined
  afterEach(() => server?.close())

  it('asks for the models with the key and says that a bad key is refused', async () => {
    const started = createServer((request, response) => {
      const { authorization, 'openai-organization': organization } = request.headers
      const isKnown = authorization === 'Bearer sk-good' && organization === 'org-ours'
      const good = isKnown && request.url === '/v1/models'
      response.writeHead(good ? 200 : 401).end('{}')
    })
    server = started
    started.listen(0, '127.0.0.1')
    await once(started, 'listening')
    const baseUrl = `http://127.0.0.1:${(started.address() as AddressInfo).port}/v1/`
    const ask = (key: string) =>
      vendorProbe({ vendor: 'openai', title: 'OpenAI', baseUrl, key, organization: 'org-ours' })(
        AbortSignal.timeout(5_000),
      )
    await expect(ask('sk-good')).resolves.toBeUndefined()
    await expect(ask('sk-bad')).rejects.toThrow('the key is refused')
  })

  it('knows a key of Google that is bad by 400, and asks nothing that needs one where there is none', async () => {
    const started = createServer((request, response) => {
      const good = request.headers['x-goog-api-key'] === 'good'
      const asked = request.url?.startsWith('/v1/voices') === true
      response.writeHead(!asked ? 404 : good ? 200 : 400).end('{}')
    })
    server = started
    started.listen(0, '127.0.0.1')
    await once(started, 'listening')
    const baseUrl = `http://127.0.0.1:${(started.address() as AddressInfo).port}`
    const ask = (key: string | undefined) =>
      vendorProbe({ vendor: 'google', title: 'Google', baseUrl, key })(AbortSignal.timeout(5_000))
    await expect(ask('good')).resolves.toBeUndefined()
    await expect(ask('bad')).rejects.toThrow('the key is refused')
    await expect(ask(undefined)).resolves.toBeUndefined()
  })
})

describe('the probe of Redis', () => {
  async function redisThatSays(answer: string, seen: string[] = []) {
    const server = createTcp(socket => {
      socket.on('data', data => {
        seen.push(data.toString())
        socket.write(answer)
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return { server, port: (server.address() as AddressInfo).port }
  }

  it('is content with a PONG, after logging in where the address says how', async () => {
    const seen: string[] = []
    const { server, port } = await redisThatSays('+OK\r\n+PONG\r\n', seen)
    await redisProbe(`redis://me:p%40ss@127.0.0.1:${port}`)(AbortSignal.timeout(5_000))
    expect(seen.join('')).toBe('*3\r\n$4\r\nAUTH\r\n$2\r\nme\r\n$4\r\np@ss\r\n*1\r\n$4\r\nPING\r\n')
    server.close()
  })

  it('says what is wrong without repeating what was sent', async () => {
    const { server, port } = await redisThatSays('-WRONGPASS invalid secret-word\r\n')
    const refused = redisProbe(`redis://:secret-word@127.0.0.1:${port}`)(AbortSignal.timeout(5_000))
    await expect(refused).rejects.toThrow(/^Redis refuses the password of REDIS_URL$/)
    server.close()
    await once(server, 'close')
    const gone = redisProbe(`redis://127.0.0.1:${port}`)(AbortSignal.timeout(5_000))
    await expect(gone).rejects.toThrow(/cannot be reached/)
  })
})
