import { spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createIdentity } from '@parley/platform'
import { describe, expect, it } from 'vitest'

const cli = fileURLToPath(new URL('./cli.js', import.meta.url))
const validator = fileURLToPath(new URL('../../../scripts/validate-config.js', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'parley-cli-'))
const secret = 'a secret of more than thirty-two characters'

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a script with no environment but the one given. */
function run(words: readonly string[], env: NodeJS.ProcessEnv = {}, script = cli): Promise<Ended> {
  return new Promise((resolve, reject) => {
    // What optimising the code of a database costs, so short a life does not get back.
    const child = spawn(process.execPath, ['--liftoff-only', script, ...words], {
      cwd: folder,
      env: { PATH: process.env.PATH, PARLEY_DATA_DIR: join(folder, 'data'), ...env },
    })
    let out = ''
    let err = ''
    child.stdout.on('data', data => {
      out += data
    })
    child.stderr.on('data', data => {
      err += data
    })
    child.on('error', reject)
    child.on('close', code => resolve({ code, out, err }))
  })
}

describe('parley', () => {
  it('tells its version and, asked for help, examples and exit codes', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, out: '0.1.0\n', err: '' })
    const { code, out } = await run(['--help'])
    expect(code).toBe(0)
    expect(out).toContain('parley talk hello.wav')
    expect(out).toContain('Exit codes: 0 done, 1 failed, 2 wrong')
  })

  it('takes a wrong command line for what it is, with exit 2', async () => {
    expect(await run(['strat'])).toMatchObject({
      code: 2,
      err: expect.stringContaining("unknown command 'strat'"),
    })
    expect(await run(['strat'])).toMatchObject({ err: expect.stringContaining('Did you mean start?') })
    expect(await run(['token', 'create'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('--tenant'),
    })
  })

  it('writes no colours where nobody looks', async () => {
    const { out } = await run(['config', 'check'])
    expect(out).not.toContain('\u001b')
  })
})

describe('parley config check', () => {
  it('shows every setting and ends with 0 when all is well', async () => {
    const { code, out } = await run(['config', 'check'], {
      JWT_SECRET: 'x'.repeat(40),
      VOICE_CORS_ORIGIN: 'https://a.example',
    })
    expect(code).toBe(0)
    expect(out).toMatch(/JWT_SECRET\s+set \(40 characters\)/)
    expect(out).toMatch(/CORS_ORIGINS\s+https:\/\/a\.example\s+\(VOICE_CORS_ORIGIN\)/)
  })

  it('names what is wrong and ends with 2, as JSON too', async () => {
    const { code, out } = await run(['config', 'check'], { PORT: 'abc' })
    expect(code).toBe(2)
    expect(out).toContain(
      'error: PORT must be a valid port number (0-65535). It is "abc". Set for example PORT=8080.',
    )
    const json = await run(['config', 'check', '--json'], { PORT: 'abc' })
    expect(json.code).toBe(2)
    expect(JSON.parse(json.out)).toMatchObject({ ok: false, problems: [{ level: 'error', name: 'PORT' }] })
  })
})

describe('parley start', () => {
  it('refuses wrong settings in one sentence each, with exit 2', async () => {
    expect(await run(['start'], { HOST: '0.0.0.0' })).toEqual({
      code: 2,
      out: '',
      err:
        'parley: HOST=0.0.0.0 lets other machines in, and they need tokens. ' +
        'Set JWT_SECRET (at least 32 characters) or JWKS_URL, or HOST=127.0.0.1.\n',
    })
  })
})

describe('parley talk', () => {
  it('says in one sentence what is wrong with a file, with exit 2', async () => {
    expect(await run(['talk', 'none.wav'])).toEqual({
      code: 2,
      out: '',
      err: 'parley: none.wav does not exist; check the path.\n',
    })
    writeFileSync(join(folder, 'song.wav'), 'ID3 this is no WAV at all, however it is named')
    const { code, err } = await run(['talk', 'song.wav'])
    expect(code).toBe(2)
    expect(err).toMatch(/^parley: song\.wav: .+\n$/)
  })

  it('says where nobody listens, with exit 69', async () => {
    const port = await freePort()
    expect(await run(['talk', '--text', 'hello', '--url', `http://127.0.0.1:${port}`])).toEqual({
      code: 69,
      out: '',
      err: `parley: Nobody listens at ws://127.0.0.1:${port}/v1/voice; start a gateway with \`parley start\` or name one with --url.\n`,
    })
  })

  it('says that an address is none, with exit 2', async () => {
    expect(await run(['talk', '--text', 'hello', '--url', 'ftp://x'])).toMatchObject({ code: 2 })
  })
})

describe('parley token create', () => {
  it('prints a token the gateway takes', async () => {
    const words = [
      'token',
      'create',
      '--tenant',
      'acme',
      '--subject',
      'ana',
      '--scope',
      'talk',
      '--ttl',
      '15m',
    ]
    const { code, out } = await run(words, { JWT_SECRET: secret })
    expect(code).toBe(0)
    const identity = createIdentity({ secret, anonymousOnLoopback: false })
    const principal = await identity.verify(out.trim(), { address: '203.0.113.9', forwarded: false })
    expect(principal).toEqual({ tenant: 'acme', subject: 'ana', scopes: ['talk'], anonymous: false })
  })

  it('needs the secret, with exit 2', async () => {
    const { code, err } = await run(['token', 'create', '--tenant', 'acme'])
    expect([code, err]).toEqual([
      2,
      'parley: Tokens are signed with JWT_SECRET; set it (at least 32 characters).\n',
    ])
  })
})

describe('parley db', { timeout: 60_000 }, () => {
  it('tells that migrations are missing with exit 1, applies them, and has nothing to do twice', async () => {
    expect(await run(['db', 'status'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('parley db migrate'),
    })
    expect(await run(['db', 'migrate'])).toMatchObject({ code: 0, out: expect.stringContaining('Applied') })
    expect(await run(['db', 'migrate'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('Nothing to do'),
    })
    const { code, out } = await run(['db', 'status', '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({ kind: 'pglite', pending: [] })
  })

  it('says that a database does not answer, with exit 69', async () => {
    const port = await freePort()
    const { code, err } = await run(['db', 'status'], {
      DATABASE_URL: `postgres://me:hunter22@127.0.0.1:${port}/x`,
    })
    expect(code).toBe(69)
    expect(err).not.toContain('hunter22')
    expect(err).toMatch(/^parley: .+/m)
  })
})

describe('parley agent check', () => {
  it('names the line of a mistake, with exit 2', async () => {
    writeFileSync(join(folder, 'agent.yaml'), 'agent: 3\nnonsense: true\n')
    const { code, err } = await run(['agent', 'check', 'agent.yaml'])
    expect(code).toBe(2)
    expect(err).toMatch(/agent\.yaml:2/)
  })
})

describe('scripts/validate-config.js', () => {
  it('passes what is complete, and only warns of a key that looks odd', async () => {
    const env = {
      ...{ JWT_SECRET: secret, OPENAI_API_KEY: 'odd' },
      ...{ REDIS_URL: 'redis://localhost:6379', DATABASE_URL: 'postgres://parley@localhost/parley' },
    }
    expect(await run([], env, validator)).toEqual({
      ...{
        code: 0,
        out: 'Configuration validation passed\n',
        err: 'OpenAI API key format appears incorrect\n',
      },
    })
  })

  it('prints its sentences and ends with 1', async () => {
    const { code, err } = await run([], { JWT_SECRET: 'short', VOICE_WS_PORT: '80' }, validator)
    expect(code).toBe(1)
    expect(err.split('\n')).toEqual(
      expect.arrayContaining([
        'Missing required environment variable: OPENAI_API_KEY',
        'Missing required environment variable: REDIS_URL',
        'Missing required environment variable: DATABASE_URL',
        'JWT_SECRET must be at least 32 characters long',
        'VOICE_WS_PORT must be a valid port number (1024-65535)',
      ]),
    )
  })
})

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise<void>(resolve => server.close(() => resolve()))
  return port
}
