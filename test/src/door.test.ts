import { createServer } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeAgent } from './support/agent-file.js'
import { makeDataFolders } from './support/data-folder.js'
import { type ParleyProcess, parley, startParley } from './support/parley-process.js'
import { type CallOptions, openSocket, Refused, VoiceCaller } from './support/voice-caller.js'

const secret = 'a secret of the door test, forty letters'

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  return typeof address === 'object' && address !== null ? address.port : 0
}

async function tokenOf(tenant: string, ...more: string[]): Promise<string> {
  const { out } = await parley(['token', 'create', '--tenant', tenant, ...more], { JWT_SECRET: secret })
  return out.trim()
}

const bearer = (token: string): CallOptions => ({ headers: { authorization: `Bearer ${token}` } })

async function refusal(url: string, options: CallOptions = {}): Promise<[number, string]> {
  try {
    ;(await openSocket(url, options)).terminate()
  } catch (error) {
    if (error instanceof Refused) return [error.status, error.code]
    throw error
  }
  throw new Error('it was let in')
}

async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers })
  return { status: response.status, headers: response.headers, body: await response.text() }
}

let newFolder: () => string
beforeAll(async () => {
  newFolder = await makeDataFolders()
})

describe('a gateway for tenants', () => {
  let gateway: ParleyProcess
  let voicePort: number
  let [ana, other, reader]: string[] = []
  beforeAll(async () => {
    voicePort = await freePort()
    const env = {
      PARLEY_AGENT: writeAgent(),
      JWT_SECRET: secret,
      PARLEY_AUTH_REQUIRED: 'true',
      VOICE_CORS_ORIGIN: 'https://app.example',
      VOICE_WS_PORT: String(voicePort),
      DEBUG: '1',
    }
    gateway = await startParley({ dataDir: newFolder(), env })
    ana = await tokenOf('acme', '--subject', 'ana')
    other = await tokenOf('other', '--subject', 'ana')
    reader = await tokenOf('acme', '--scope', 'sessions:read')
  })
  afterAll(async () => {
    expect(await gateway.stop()).toBe(0)
  })

  it('takes a token from the header, the subprotocol and the address, on both of its ports and paths', async () => {
    const ways: CallOptions[] = [
      bearer(ana ?? ''),
      { protocols: ['parley.v1', `bearer.${ana}`] },
      { path: `/v1/voice?token=${ana}` },
      { path: `/voice-ws?token=${ana}` },
    ]
    for (const base of [gateway.url, `http://127.0.0.1:${voicePort}`]) {
      for (const way of ways) await (await VoiceCaller.call(base, {}, way)).hangUp()
    }
  })

  it('refuses those without a good token or scope, before there is a socket', async () => {
    const forged = await parley(['token', 'create', '--tenant', 'acme'], { JWT_SECRET: `${secret}!` })
    const [head, body] = (ana ?? '').split('.')
    expect(await refusal(gateway.url)).toEqual([401, 'unauthenticated'])
    expect(await refusal(gateway.url, bearer(forged.out.trim()))).toEqual([401, 'unauthenticated'])
    expect(await refusal(gateway.url, bearer(`${head}.${body}.`))).toEqual([401, 'unauthenticated'])
    const none = Buffer.from('{"alg":"none"}').toString('base64url')
    expect(await refusal(gateway.url, bearer(`${none}.${body}.`))).toEqual([401, 'unauthenticated'])
    expect(await refusal(gateway.url, bearer(reader ?? ''))).toEqual([403, 'forbidden'])
    expect(await get(`${gateway.url}/api/sessions`)).toMatchObject({ status: 401 })
    expect(await get(`${gateway.url}/api/sessions`, { authorization: `Bearer ${reader}` })).toMatchObject({
      status: 200,
    })
  })

  it('keeps to its list of origins for pages and for sockets', async () => {
    const from = (origin: string): CallOptions => ({
      headers: { origin, authorization: `Bearer ${ana}` },
    })
    await (await VoiceCaller.call(gateway.url, {}, from('https://app.example'))).hangUp()
    for (const origin of ['https://evil.example', 'https://app.example.evil.example', 'null'])
      expect(await refusal(gateway.url, from(origin))).toEqual([403, 'forbidden'])
    const ours = await get(`${gateway.url}/health`, { origin: 'https://app.example' })
    expect(ours.headers.get('access-control-allow-origin')).toBe('https://app.example')
    const foreign = await get(`${gateway.url}/health`, { origin: 'https://evil.example' })
    expect(foreign.status).toBe(403)
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('shows and resumes no session of another tenant, nor for a guessed token', async () => {
    const caller = await VoiceCaller.call(gateway.url, {}, bearer(ana ?? ''))
    const { session, resumeToken } = await caller.next('ready')
    caller.send({ type: 'text', text: 'only for acme' })
    await caller.next('transcript-final')
    const read = (token: string | undefined) =>
      get(`${gateway.url}/api/sessions/${session}`, { authorization: `Bearer ${token}` })
    expect(await read(other)).toMatchObject({ status: 404 })
    expect((await read(other)).body).toBe(
      (await get(`${gateway.url}/api/sessions/ses_nothing`, { authorization: `Bearer ${other}` })).body,
    )
    const list = await get(`${gateway.url}/api/sessions`, { authorization: `Bearer ${other}` })
    expect(JSON.parse(list.body).sessions).toEqual([])
    expect((await read(ana)).body).toContain('only for acme')

    caller.drop()
    const guessed = `${resumeToken.slice(0, -1)}${resumeToken.endsWith('A') ? 'B' : 'A'}`
    const strangers: [string | undefined, string][] = [
      [other, resumeToken],
      [await tokenOf('acme', '--subject', 'eve'), resumeToken],
      [ana, guessed],
      [ana, session],
      [ana, ''],
    ]
    for (const [token, resume] of strangers) {
      const thief = await VoiceCaller.connect(gateway.url, { resume }, bearer(token ?? ''))
      expect(await thief.next('error')).toMatchObject({ code: 'resume_failed', fatal: true })
      expect(await thief.closed()).toBe(4404)
      expect(JSON.stringify(thief.messages)).not.toContain(session)
    }
    const again = await VoiceCaller.call(gateway.url, { resume: resumeToken }, bearer(ana ?? ''))
    expect(again.of('ready')[0]).toMatchObject({ session, resumed: true })
    await again.hangUp()
  })

  it('says of its state what people and probes were promised', async () => {
    const { status, body } = await get(`${gateway.url}/health`)
    expect(status).toBe(200)
    expect(JSON.parse(body)).toEqual({
      status: 'ok',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      activeCalls: 0,
      uptime: expect.any(Number),
    })
    const voice = await get(`${gateway.url}/api/voice/health`)
    expect(voice.status).toBe(200)
    expect(JSON.parse(voice.body)).toEqual({
      status: 'healthy',
      timestamp: expect.any(String),
      checks: {
        database: 'healthy',
        redis: 'not_configured',
        openai: 'not_configured',
        voice_services: 'healthy',
      },
    })
  })

  it('counts sessions and latencies under the promised names', async () => {
    const caller = await VoiceCaller.call(gateway.url, {}, bearer(ana ?? ''))
    caller.send({ type: 'text', text: 'what are your hours' })
    await caller.next('reply-started', ({ turn }) => turn === caller.of('transcript-final')[0]?.turn)
    const during = (await get(`${gateway.url}/metrics`)).body
    expect(during).toMatch(/^voice_sessions_active 1$/m)
    await caller.hangUp()
    const { body, headers } = await get(`${gateway.url}/metrics`)
    expect(headers.get('content-type')).toMatch(/^text\/plain/)
    expect(body).toMatch(/^voice_sessions_total\{tenant_id="acme",status="\w+"\} [1-9]\d*$/m)
    expect(body).toMatch(/^voice_sessions_active 0$/m)
    for (const type of ['first_token', 'partial_asr', 'barge_in']) {
      const edges = [...body.matchAll(/^voice_latency_seconds_bucket\{([^}]*)\} \d+$/gm)]
        .map(([, labels = '']) => labels)
        .filter(labels => labels.includes(`type="${type}"`))
        .map(labels => /le="([^"]+)"/.exec(labels)?.[1])
      expect(edges).toEqual(['0.05', '0.1', '0.15', '0.3', '0.5', '1', '2', '+Inf'])
    }
  })

  it('writes no secret into its log, however much it logs', async () => {
    const caller = await VoiceCaller.call(gateway.url, {}, { path: `/v1/voice?token=${ana}` })
    const { resumeToken } = await caller.next('ready')
    await caller.hangUp()
    await get(`${gateway.url}/api/sessions?token=${ana}`)
    await get(`${gateway.url}/nothing?token=${ana}`)
    const log = gateway.output()
    expect(log).toContain('"level":20')
    expect(log).toContain('session opened')
    for (const hidden of [secret, ana, other, reader, resumeToken]) expect(log).not.toContain(hidden)
    expect(log).not.toContain('eyJ')
  })
})

describe('a small gateway for calls', () => {
  let gateway: ParleyProcess
  let callsPort: number
  beforeAll(async () => {
    callsPort = await freePort()
    const env = {
      WEBSOCKET_PORT: String(callsPort),
      PARLEY_CONNECTIONS_PER_ADDRESS: '2',
      VOICE_MAX_CONNECTIONS: '3',
      METRICS_PORT: String(await freePort()),
    }
    gateway = await startParley({ dataDir: newFolder(), env })
  })
  afterAll(async () => {
    expect(await gateway.stop()).toBe(0)
  })

  it('refuses the third socket of one address with 429, and any over its own limit with 503', async () => {
    const held = [await openSocket(gateway.url), await openSocket(gateway.url)]
    expect(await refusal(gateway.url)).toEqual([429, 'rate_limited'])
    held.push(await openSocket(gateway.url, { from: '127.0.0.2' }))
    const full = await openSocket(gateway.url, { from: '127.0.0.3' }).catch((error: Refused) => error)
    expect(full).toMatchObject({ status: 503, code: 'overloaded', headers: { 'retry-after': '5' } })
    const gone = held.map(socket => new Promise(resolve => socket.once('close', resolve)))
    for (const socket of held) socket.close()
    await Promise.all(gone)
    await (await VoiceCaller.call(gateway.url)).hangUp()
  })

  it('says healthy as calls want it, on each of its ports', async () => {
    for (const base of [gateway.url, `http://127.0.0.1:${callsPort}`]) {
      expect(JSON.parse((await get(`${base}/health`)).body)).toMatchObject({
        status: 'healthy',
        activeCalls: 0,
        uptime: expect.any(Number),
      })
    }
  })
})

describe('a gateway for other machines', () => {
  it.each(['0.0.0.0', '::', '192.0.2.7', 'parley.example'])(
    'does not start at %s while it could not tell who comes',
    async host => {
      const { code, out, err } = await parley(['start'], { HOST: host, PORT: '0' })
      expect(err).toBe(
        `parley: HOST=${host} lets other machines in, and they need tokens. Set JWT_SECRET (at least 32 characters) or JWKS_URL, or HOST=127.0.0.1.\n`,
      )
      expect({ code, out }).toEqual({ code: 2, out: '' })
    },
  )

  it('does not take a short secret, nor show it', async () => {
    const { code, err } = await parley(['start'], { HOST: '0.0.0.0', JWT_SECRET: 'hunter2' })
    expect(err).toContain('JWT_SECRET must be at least 32 characters long')
    expect(err).not.toContain('hunter2')
    expect(code).toBe(2)
  })
})
