import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ErrorCode, errorCodes } from '@parley/core'
import { afterEach, describe, expect, it } from 'vitest'
import {
  type Rig,
  type RigOptions,
  rawRequest,
  startRig,
  tokenFor,
  upgradeText,
} from '../testing/gateway-rig.js'
import { statusOf } from './problems.js'

let rig: Rig | undefined
afterEach(async () => {
  await rig?.stop()
  rig = undefined
})

async function start(options?: RigOptions): Promise<Rig> {
  rig = await startRig(options)
  return rig
}

async function get(path: string, init: RequestInit = {}, options?: RigOptions) {
  const { url } = rig ?? (await start(options))
  const response = await fetch(url + path, init)
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) }
}

const bearer = async (tenant: string, scopes?: readonly ('talk' | 'sessions:read')[]) => ({
  headers: { authorization: `Bearer ${await tokenFor(tenant, scopes)}` },
})

describe('/health', () => {
  it('satisfies both systems that ask for it', async () => {
    const { status, json } = await get('/health')
    expect(status).toBe(200)
    expect(json()).toEqual({
      status: 'ok',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      activeCalls: 0,
      uptime: expect.any(Number),
    })
  })

  it('says healthy with HEALTH_STYLE=calls', async () => {
    expect((await get('/health', {}, { env: { HEALTH_STYLE: 'calls' } })).json().status).toBe('healthy')
  })
})

describe('/ready', () => {
  it('says why not while it starts, and yes once it serves', async () => {
    expect((await get('/ready')).json()).toEqual({ ready: false, reasons: ['starting'] })
    rig?.health.setServing(true, '')
    expect(await get('/ready')).toMatchObject({ status: 200, text: '{"ready":true,"reasons":[]}' })
    rig?.health.setServing(false, 'draining')
    expect((await get('/ready')).status).toBe(503)
  })
})

describe('/api/voice/health', () => {
  it('is healthy while nothing configured fails', async () => {
    const probes = { database: async () => undefined }
    const { status, json } = await get('/api/voice/health', {}, { probes })
    expect(status).toBe(200)
    expect(json()).toEqual({
      status: 'healthy',
      timestamp: expect.any(String),
      checks: {
        database: 'healthy',
        redis: 'not_configured',
        openai: 'not_configured',
        voice_services: 'not_configured',
      },
    })
  })

  it('is unhealthy with 503 and the reason when one fails', async () => {
    const probes = { redis: () => Promise.reject(new Error('connection refused')) }
    const { status, json } = await get('/api/voice/health', {}, { probes })
    expect(status).toBe(503)
    expect(json()).toMatchObject({
      status: 'unhealthy',
      checks: { redis: 'unhealthy' },
      error: 'redis: connection refused',
    })
  })
})

describe('/metrics', () => {
  it('has the Prometheus content type and the promised names', async () => {
    const { status, headers, text } = await get('/metrics')
    expect(status).toBe(200)
    expect(headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    for (const name of ['voice_sessions_total', 'voice_latency_seconds', 'voice_sessions_active']) {
      expect(text).toContain(`# TYPE ${name} `)
    }
    expect(text).toContain('nodejs_eventloop_lag_seconds')
    expect(text).toMatch(/parley_build_info\{version="0.0.0-test",node="v\d+/)
  })

  it('is not there when turned off', async () => {
    expect((await get('/metrics', {}, { env: { VOICE_METRICS_ENABLED: 'false' } })).status).toBe(404)
  })
})

describe('the sessions API', () => {
  it('gives a tenant its own sessions', async () => {
    await start()
    const list = await get('/api/sessions', await bearer('acme'))
    expect(list.json().sessions).toMatchObject([{ id: 'ses_1', agent: 'demo' }])
    const one = await get('/api/sessions/ses_1', await bearer('acme'))
    expect(one.json()).toMatchObject({ id: 'ses_1', turns: [], truncated: false })
    const used = await get('/api/sessions/ses_1/usage', await bearer('acme'))
    expect(used.json()).toMatchObject({ kept: true, currency: null, cost: null, lines: [] })
    expect(one.json().usage).toEqual(used.json())
    expect(one.headers.get('cache-control')).toBe('no-store')
  })

  it('hides those of another tenant as if they were not there', async () => {
    await start()
    expect((await get('/api/sessions', await bearer('other'))).json()).toEqual({ sessions: [] })
    const hidden = await get('/api/sessions/ses_1', await bearer('other'))
    const missing = await get('/api/sessions/ses_2', await bearer('other'))
    expect([hidden.status, hidden.text]).toEqual([404, missing.text])
    expect((await get('/api/sessions/ses_1/usage', await bearer('other'))).text).toBe(hidden.text)
  })

  it('asks for a token where it must, and for the scope', async () => {
    await start({ env: { PARLEY_AUTH_REQUIRED: 'true' } })
    const none = await get('/api/sessions')
    expect(none.status).toBe(401)
    expect(none.headers.get('www-authenticate')).toBe('Bearer')
    expect(none.json().error.code).toBe('unauthenticated')
    expect((await get('/api/sessions', await bearer('acme', ['talk']))).status).toBe(403)
  })

  it('answers a wrong query with 400 and the name of what is wrong', async () => {
    const { status, json } = await get('/api/sessions?limit=9999')
    expect(status).toBe(400)
    expect(json().error).toMatchObject({ code: 'bad_message', message: expect.stringContaining('limit') })
    expect((await get('/api/sessions?before=bad')).status).toBe(400)
  })

  it('keeps inner faults to its log', async () => {
    await start()
    const { status, text } = await get('/api/sessions', await bearer('broken'))
    expect(status).toBe(500)
    expect(text).toBe(
      '{"error":{"code":"internal","message":"A fault in Parley; please report it with the log."}}',
    )
    expect(rig?.lines.join('')).toContain('secret inner detail')
  })

  it('is limited by address with 429 and Retry-After', async () => {
    await start({ env: { RATE_LIMIT_MAX: '1' } })
    await get('/api/sessions')
    const { status, headers } = await get('/api/sessions')
    expect(status).toBe(429)
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await get('/api/voice/health')).status).toBe(200)
    expect((await get('/metrics')).text).toContain('parley_requests_refused_total{reason="rate_limited"} 1\n')
  })
})

describe('pages of other origins', () => {
  const origin = 'https://a.example'
  const listed = { env: { VOICE_CORS_ORIGIN: origin } }

  it('that are listed get the header and their preflight', async () => {
    const plain = await get('/health', { headers: { origin } }, listed)
    expect(plain.headers.get('access-control-allow-origin')).toBe(origin)
    expect(plain.headers.get('vary')).toContain('Origin')
    const preflight = await get('/api/sessions', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET' },
    })
    expect(preflight.status).toBe(204)
    expect(preflight.headers.get('access-control-allow-headers')).toContain('authorization')
  })

  it('that are not are refused', async () => {
    const { status, headers, json } = await get(
      '/health',
      { headers: { origin: 'https://evil.example' } },
      listed,
    )
    expect(status).toBe(403)
    expect(headers.get('access-control-allow-origin')).toBeNull()
    expect(json().error.message).toBe(
      'Pages of https://evil.example may not use this gateway; add it to CORS_ORIGINS.',
    )
  })
})

describe('the statuses', () => {
  it('have one for every code of the table, and 500 only for faults of ours', () => {
    const ours = ['bad_config', 'store_failed', 'port_in_use', 'internal']
    for (const code of Object.keys(errorCodes) as ErrorCode[]) {
      expect([code, statusOf(code) === 500]).toEqual([code, ours.includes(code)])
    }
  })
})

describe('every answer', () => {
  it('carries the security headers, errors too', async () => {
    for (const path of ['/', '/health', '/nowhere']) {
      const { headers } = await get(path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('x-frame-options')).toBe('DENY')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    }
  })

  it('to HEAD has no body, to a wrong method is 405, to an unknown path is 404', async () => {
    expect(await get('/health', { method: 'HEAD' })).toMatchObject({ status: 200, text: '' })
    const wrong = await get('/health', { method: 'POST' })
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    const unknown = await get('/nowhere')
    expect([unknown.status, unknown.json().error.code]).toEqual([404, 'not_found'])
  })

  it('to a plain request for a socket is 426', async () => {
    const { status, headers } = await get('/echo')
    expect([status, headers.get('upgrade')]).toEqual([426, 'websocket'])
  })

  it('to a body over 1 MiB is 413', async () => {
    const body = JSON.stringify({ pad: 'x'.repeat(1_048_576) })
    const { status, json } = await get('/health', {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    expect([405, 413]).toContain(status)
    expect(json().error.code).toMatch(/too_large|bad_message/)
  })
})

describe('/openapi.json', () => {
  it('describes every page from its schema', async () => {
    const api = (await get('/openapi.json')).json()
    expect(api.openapi).toBe('3.1.0')
    expect(Object.keys(api.paths).sort()).toEqual([
      '/api/sessions',
      '/api/sessions/export',
      '/api/sessions/facets',
      '/api/sessions/{id}',
      '/api/sessions/{id}/usage',
      '/api/voice/health',
      '/health',
      '/metrics',
      '/ready',
    ])
    expect(JSON.stringify(api.paths['/health'])).toContain('activeCalls')
  })
})

describe('the console', () => {
  it('that is not built says how to build it', async () => {
    const { status, text, headers } = await get('/')
    expect(status).toBe(503)
    expect(headers.get('content-type')).toContain('text/html')
    expect(text).toContain('npm run build')
  })

  it('is served with its worklet, and nothing outside its folder is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-console-'))
    mkdirSync(join(folder, 'assets'))
    writeFileSync(join(folder, 'index.html'), '<!doctype html><title>console</title>')
    writeFileSync(join(folder, 'assets/app-1234.js'), '1')
    writeFileSync(join(folder, 'audio-worklet-processor.js'), 'registerProcessor')
    await start({ consoleFolder: folder })
    const page = await get('/')
    expect([page.status, page.headers.get('cache-control')]).toEqual([200, 'no-cache'])
    expect((await get('/assets/app-1234.js')).headers.get('cache-control')).toContain('immutable')
    const worklet = await get('/audio-worklet-processor.js')
    expect(worklet.headers.get('content-type')).toContain('javascript')
    expect(worklet.headers.get('cache-control')).toBe('public, max-age=31536000')
    expect(worklet.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    expect(worklet.headers.get('cross-origin-opener-policy')).toBe('same-origin')
    const port = rig?.port ?? 0
    for (const path of ['/../package.json', '/..%2f..%2fetc%2fpasswd', '/%2e%2e/%2e%2e/etc/passwd']) {
      const text = `GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`
      const { status } = await rawRequest(port, text)
      expect(status).toBeGreaterThanOrEqual(400)
    }
    expect((await get('/nowhere')).status).toBe(404)
    await rig?.stop()
    await start({ consoleFolder: folder, env: { AUDIO_WORKLET_DEBUG: 'true' } })
    const marked = await get('/audio-worklet-processor.js')
    expect(marked.text).toBe('globalThis.AUDIO_WORKLET_DEBUG = true\nregisterProcessor')
    expect(marked.headers.get('cache-control')).toBe('no-store')
    expect(marked.headers.get('content-type')).toContain('javascript')
    expect(marked.headers.get('cross-origin-opener-policy')).toBe('same-origin')
  })
})

describe('the ports', () => {
  it('open beside the main one where they are set, and serve the same paths and sockets', async () => {
    const extra = await freePort()
    const { urls } = await start({ env: { VOICE_WS_PORT: String(extra), STREAM_WS_PORT: String(extra) } })
    expect(urls).toHaveLength(2)
    expect((await fetch(`http://127.0.0.1:${extra}/health`)).status).toBe(200)
    expect((await rawRequest(extra, upgradeText(), '\r\n\r\n')).status).toBe(101)
  })

  it('that are in use are named with the cure, and none stays open', async () => {
    const taken = createServer()
    await new Promise<void>(resolve => taken.listen(0, '127.0.0.1', resolve))
    const port = (taken.address() as { port: number }).port
    await expect(startRig({ env: { PORT: String(port) } })).rejects.toMatchObject({
      code: 'port_in_use',
      message: `Port ${port} of 127.0.0.1 is in use; stop the process that listens there or set PORT to a free port.`,
    })
    taken.close()
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise<void>(resolve => server.close(() => resolve()))
  return port
}
