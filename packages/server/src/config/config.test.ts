import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkDeployment } from './deployment-profile.js'
import { readEnvironment } from './environment.js'
import { plainPaint } from './paint.js'
import { configReport } from './report.js'
import { hasErrors, type Resolution, resolveConfig } from './resolve.js'
import { settingGroups, settings } from './settings.js'

const emptyFolder = mkdtempSync(join(tmpdir(), 'parley-config-'))
const resolve = (env: NodeJS.ProcessEnv): Resolution => resolveConfig(readEnvironment(env, emptyFolder))
const told = (env: NodeJS.ProcessEnv) =>
  resolve(env).problems.map(({ sentence, cure }) => `${sentence}. ${cure}`)
const sourceOf = (env: NodeJS.ProcessEnv, name: string) =>
  resolve(env).resolved.find(each => each.env === name)?.source
const secret = 'a secret of more than thirty-two characters'

describe('the configuration', () => {
  it('is good without a single variable', () => {
    const { config, problems } = resolve({})
    expect(problems).toEqual([])
    expect(config).toMatchObject({
      port: 3000,
      host: '127.0.0.1',
      maxConnections: 1000,
      idleTimeoutMs: 300_000,
    })
  })

  it('takes an empty or blank variable for unset', () => {
    expect(resolve({ PORT: '', JWT_SECRET: '  ' })).toEqual(resolve({}))
  })

  it('understands units of time, and a bare number as milliseconds', () => {
    const idle = (text: string) => resolve({ VOICE_SESSION_TIMEOUT: text }).config.idleTimeoutMs
    expect([idle('90000'), idle('90s'), idle('1.5m'), idle('1 h')]).toEqual([
      90_000, 90_000, 90_000, 3_600_000,
    ])
  })

  it('says in one sentence what is wrong with a value and how to cure it', () => {
    expect(told({ PORT: 'abc' })).toEqual([
      'PORT must be a valid port number (0-65535). It is "abc". Set for example PORT=8080.',
    ])
    expect(told({ VOICE_METRICS_ENABLED: 'maybe' })).toEqual([
      'VOICE_METRICS_ENABLED must be true or false. It is "maybe". Set for example VOICE_METRICS_ENABLED=true.',
    ])
  })

  it('refuses ports and addresses of calls that are none', () => {
    const env = { PARLEY_WEBRTC_PORTS: '50100-50000', PARLEY_WEBRTC_ADDRESS: 'here', PARLEY_ICE_SERVERS: 'x' }
    expect(resolve(env).problems.map(({ name }) => name)).toEqual(Object.keys(env))
    expect(resolve({ PARLEY_WEBRTC_PORTS: '50000' }).config.webrtcPorts).toBe('50000')
  })

  it('refuses what Opus cannot be', () => {
    expect(told({ VOICE_SAMPLE_RATE: '44100', VOICE_FRAME_MS: '30', VOICE_BITRATE: '4000' })).toEqual([
      'VOICE_SAMPLE_RATE must be one of 8000, 12000, 16000, 24000, 48000. It is "44100". Set for example VOICE_SAMPLE_RATE=8000.',
      'VOICE_FRAME_MS must be one of 5, 10, 20, 40, 60. It is "30". Set for example VOICE_FRAME_MS=5.',
      'VOICE_BITRATE must be a whole number (6000-128000). It is "4000". Set for example VOICE_BITRATE=6000.',
    ])
    const { opusRate, opusPacketMs, opusBitrate } = resolve({}).config
    expect([opusRate, opusPacketMs, opusBitrate]).toEqual([48_000, 20, 16_000])
  })

  it('tells everything wrong at once and keeps defaults for it', () => {
    const { config, problems } = resolve({ PORT: '99999', LOG_LEVEL: 'loud', VOICE_WS_PORT: '80' })
    expect(problems.map(({ name }) => name).sort()).toEqual(['LOG_LEVEL', 'PORT', 'VOICE_WS_PORT'])
    expect(config).toMatchObject({ port: 3000, logLevel: 'info', voiceWsPort: undefined })
  })

  it('takes the old names for the same setting and says which name won', () => {
    const env = { STREAM_CORS_ORIGIN: 'https://a.example, https://b.example' }
    expect(resolve(env).config.corsOrigins).toEqual(['https://a.example', 'https://b.example'])
    expect(sourceOf(env, 'CORS_ORIGINS')).toBe('STREAM_CORS_ORIGIN')
  })

  it('warns of two names that disagree, naming the winner', () => {
    const env = { CORS_ORIGINS: 'https://a.example', VOICE_CORS_ORIGIN: 'https://b.example' }
    expect(told(env)).toEqual([
      'VOICE_CORS_ORIGIN and CORS_ORIGINS are the same setting and disagree; CORS_ORIGINS wins. Remove VOICE_CORS_ORIGIN.',
    ])
    expect(told({ ...env, VOICE_CORS_ORIGIN: env.CORS_ORIGINS })).toEqual([])
  })

  it('guesses what a mistyped PARLEY_ variable was meant to be', () => {
    expect(told({ PARLEY_DATADIR: 'x' })).toEqual([
      'PARLEY_DATADIR is not a setting. Did you mean PARLEY_DATA_DIR?',
    ])
    expect(told({ PARLEY_XYZZY_FROBNICATE: 'x' })).toEqual([
      'PARLEY_XYZZY_FROBNICATE is not a setting. See docs/configuration.md.',
    ])
  })

  it('lets other machines in only with tokens', () => {
    expect(told({ HOST: '0.0.0.0' })).toEqual([
      'HOST=0.0.0.0 lets other machines in, and they need tokens. ' +
        'Set JWT_SECRET (at least 32 characters) or JWKS_URL, or HOST=127.0.0.1.',
    ])
    expect(told({ HOST: '0.0.0.0', JWT_SECRET: secret })).toEqual([])
    expect(told({ HOST: '::1' })).toEqual([])
    expect(told({ HOST: '::', JWKS_URL: 'https://issuer.example/keys' })).toEqual([])
  })

  it('refuses keys that come over plain http from elsewhere', () => {
    expect(hasErrors(resolve({ JWKS_URL: 'http://issuer.example/keys' }))).toBe(true)
    expect(hasErrors(resolve({ JWKS_URL: 'http://127.0.0.1:9/keys' }))).toBe(false)
  })

  it('never shows a secret, good or bad', () => {
    const hidden = ['JWT_SECRET', 'DATABASE_URL', 'REDIS_URL', 'OPENAI_API_KEY']
    fc.assert(
      fc.property(
        fc.constantFrom(...hidden),
        fc.stringMatching(/^[A-Za-z0-9]{12,60}$/),
        fc.constantFrom('', 'postgres://u:', 'redis://:', 'http://'),
        (name, password, prefix) => {
          const value = prefix === '' ? password : `${prefix}${password}@host/1`
          const resolution = resolve({ [name]: value })
          const report = configReport(resolution, plainPaint).join('\n')
          expect(report).not.toContain(password)
          expect(JSON.stringify(resolution.problems)).not.toContain(password)
        },
      ),
    )
  })

  it('is resolved from any text without throwing', () => {
    const names = Object.values(settings).flatMap(({ env, aliases }) => [env, ...aliases])
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), fc.string(), { noNullPrototype: true }), env => {
        const { config, problems } = resolve(env)
        for (const { name, sentence, cure } of problems) {
          expect(`${sentence}. ${cure}`).toContain(name)
          expect(cure).not.toBe('')
        }
        expect(Number.isInteger(config.port)).toBe(true)
      }),
    )
  })

  it('shows a secret by its length', () => {
    const lines = configReport(resolve({ JWT_SECRET: 'x'.repeat(40) }), plainPaint)
    expect(lines.find(line => line.includes('JWT_SECRET'))).toMatch(/set \(40 characters\)/)
  })

  it('has each setting in one group and each name once', () => {
    expect(settingGroups.flatMap(({ keys }) => keys).sort()).toEqual(Object.keys(settings).sort())
    const names = Object.values(settings).flatMap(({ env, aliases }) => [env, ...aliases])
    expect(new Set(names).size).toBe(names.length)
  })
})

describe('settings of vendors', () => {
  it('make a pool of several keys, by commas, by the plural and by numbers', () => {
    const env = {
      DEEPGRAM_API_KEY: 'one, two',
      DEEPGRAM_API_KEYS: 'three',
      DEEPGRAM_API_KEY_10: 'five',
      DEEPGRAM_API_KEY_2: 'four',
    }
    expect(resolve(env).config.deepgramApiKey).toEqual(['one', 'two', 'three', 'four', 'five'])
    expect(sourceOf(env, 'DEEPGRAM_API_KEY')).toBe(
      'DEEPGRAM_API_KEY, DEEPGRAM_API_KEYS, DEEPGRAM_API_KEY_2, DEEPGRAM_API_KEY_10',
    )
    expect(told(env)).toEqual([])
  })

  it('show a pool by its size and never a key', () => {
    const lines = configReport(resolve({ OPENAI_API_KEYS: 'sk-first-one,sk-second-one' }), plainPaint)
    expect(lines.find(line => line.includes('OPENAI_API_KEY'))).toMatch(/set \(2 keys\)/)
    expect(lines.join('\n')).not.toContain('sk-')
  })

  it('warn of a key that looks wrong, which is no error', () => {
    const resolution = resolve({ OPENAI_API_KEY: 'not-a-key' })
    expect(resolution.problems.map(({ level, sentence }) => [level, sentence])).toEqual([
      ['warning', 'OpenAI API key format appears incorrect'],
    ])
    expect(resolution.config.openaiApiKey).toEqual(['not-a-key'])
  })

  it('have plain addresses on this machine alone', () => {
    expect(told({ ANTHROPIC_BASE_URL: 'http://127.0.0.1:9' })).toEqual([])
    expect(told({ DEEPGRAM_BASE_URL: 'ws://localhost:9' })).toEqual([])
    expect(told({ CARTESIA_BASE_URL: 'http://voices.example' })).toEqual([
      'CARTESIA_BASE_URL would send the key and what callers say to voices.example in the clear. ' +
        'Use https; plain http is for this machine itself.',
    ])
    expect(hasErrors(resolve({ DEEPGRAM_BASE_URL: 'ws://voices.example' }))).toBe(true)
  })

  it('go by the names of the cascaded voice stream, and say so', () => {
    const env = { STREAM_LLM_PROVIDER: 'anthropic, openai', STREAM_STT_PROVIDER: 'deepgram' }
    expect(resolve(env).config.llmProvider).toEqual(['anthropic', 'openai'])
    expect(sourceOf(env, 'PARLEY_LLM_PROVIDER')).toBe('STREAM_LLM_PROVIDER')
    expect(resolve(env).resolved.find(({ key }) => key === 'llmProvider')?.aliases).toEqual([
      'STREAM_LLM_PROVIDER',
    ])
  })

  it.each([
    ['STREAM_STT_PROVIDR', 'STREAM_STT_PROVIDER'],
    ['DEEPGRAM_APIKEY', 'DEEPGRAM_API_KEY'],
    ['VOICE_METRICS_ENABLE', 'VOICE_METRICS_ENABLED'],
    ['CARTESIA_VOICEID', 'CARTESIA_VOICE_ID'],
  ])('are guessed behind %s', (name, meant) => {
    expect(told({ [name]: 'x' })).toEqual([`${name} is not a setting. Did you mean ${meant}?`])
  })

  it('leave variables of vendors’ own tools alone', () => {
    expect(told({ ANTHROPIC_LOG: 'debug', OPENAI_AGENTS_DISABLE_TRACING: '1' })).toEqual([])
  })
})

describe('the example of the cascaded voice stream', () => {
  it('is a good configuration as it stands, and names nothing that is no setting', () => {
    const text = readFileSync(new URL('../../../../.env.stream.example', import.meta.url), 'utf8')
    const folder = mkdtempSync(join(tmpdir(), 'parley-stream-'))
    writeFileSync(join(folder, '.env'), text)
    const { config, problems } = resolveConfig(readEnvironment({}, folder))
    expect(problems).toEqual([])
    expect(config).toMatchObject({ port: 3001, sttProvider: ['mock'], ratePerAddress: 30 })
    const offered = [...text.matchAll(/^#? ?([A-Z][A-Z_]+)=/gm)].map(([, name]) => name)
    const known: readonly string[] = Object.values(settings).flatMap(({ env, aliases }) => [env, ...aliases])
    expect(offered.filter(name => name !== undefined && !known.includes(name))).toEqual([])
  })
})

describe('the environment', () => {
  it('goes before .env.local, which goes before .env, and says where a value stood', () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-env-'))
    writeFileSync(join(folder, '.env'), 'PORT=1\nHOST=::1\nLOG_LEVEL=warn # quiet\n')
    writeFileSync(join(folder, '.env.local'), 'PORT=2\nHOST="localhost"\n')
    const { config, resolved } = resolveConfig(readEnvironment({ PORT: '3' }, folder))
    expect(config).toMatchObject({ port: 3, host: 'localhost', logLevel: 'warn' })
    expect(resolved.find(({ key }) => key === 'host')?.source).toBe('HOST in .env.local')
  })

  it('reads a secret from the file NAME_FILE names', () => {
    const folder = mkdtempSync(join(tmpdir(), 'parley-secret-'))
    const file = join(folder, 'jwt')
    writeFileSync(file, `${secret}\n`)
    expect(resolve({ JWT_SECRET_FILE: file }).config.jwtSecret).toBe(secret)
    expect(() => resolve({ JWT_SECRET_FILE: join(folder, 'none') })).toThrow(
      /JWT_SECRET_FILE names .* does not exist/,
    )
  })
})

describe('the deployment check', () => {
  const good = {
    OPENAI_API_KEY: 'sk-test',
    JWT_SECRET: secret,
    REDIS_URL: 'redis://localhost:6379',
    DATABASE_URL: 'postgres://localhost/parley',
  }
  const check = (env: NodeJS.ProcessEnv) => {
    const { errors, warnings } = checkDeployment(readEnvironment(env, emptyFolder), emptyFolder)
    return { errors: errors.filter(error => !error.startsWith('Missing required file')), warnings }
  }

  it('passes a full one', () => {
    expect(check(good)).toEqual({ errors: [], warnings: [] })
  })

  it('names what is missing or wrong in its own words', () => {
    expect(check({}).errors).toEqual([
      'Missing required environment variable: OPENAI_API_KEY',
      'Missing required environment variable: JWT_SECRET',
      'Missing required environment variable: REDIS_URL',
      'Missing required environment variable: DATABASE_URL',
    ])
    expect(check({ ...good, JWT_SECRET: 'short' }).errors).toEqual([
      'JWT_SECRET must be at least 32 characters long',
    ])
    expect(check({ ...good, VOICE_WS_PORT: '80' }).errors).toEqual([
      'VOICE_WS_PORT must be a valid port number (1024-65535)',
    ])
    expect(check({ ...good, OPENAI_API_KEY: 'key' })).toEqual({
      errors: [],
      warnings: ['OpenAI API key format appears incorrect'],
    })
  })

  it('misses the worklet file where it is not', () => {
    expect(checkDeployment(readEnvironment(good, emptyFolder), emptyFolder).errors).toEqual([
      'Missing required file: client/public/audio-worklet-processor.js',
    ])
  })
})
