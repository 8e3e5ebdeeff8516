import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { readEnvironment } from './config/environment.js'
import { resolveConfig } from './config/resolve.js'
import { settings } from './config/settings.js'

const place = (path: string) => fileURLToPath(new URL(`../../../deploy/${path}`, import.meta.url))
const nginx = readFileSync(place('nginx/parley.conf.template'), 'utf8')
const [app] = (createRequire(import.meta.url)(place('pm2/ecosystem.config.cjs')) as Pm2).apps

interface Pm2 {
  readonly apps: readonly {
    readonly script: string
    readonly cwd: string
    readonly instances: number
    readonly kill_timeout: number
    readonly env: { readonly PORT: number }
  }[]
}

it('PM2 waits longer for a gateway than it needs to drain and close', () => {
  expect(app?.kill_timeout).toBeGreaterThan(settings.drainMs.default + 5_000)
  expect(readFileSync(`${app?.cwd}/${app?.script}`, 'utf8')).toContain('runProgram')
})

it('nginx knows each gateway that PM2 starts', () => {
  const ports = [...nginx.matchAll(/server 127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port))
  const { instances = 0, env } = app ?? {}
  expect(ports).toEqual(Array.from({ length: instances }, (_, index) => (env?.PORT ?? 0) + index))
})

it('nginx lets every socket be silent for a day at least', () => {
  const unit = { '': 1, d: 86_400 }
  const times = [...nginx.matchAll(/proxy_(?:read|send)_timeout (\d+)(d?);/g)].map(
    ([, count, letter]) => Number(count) * unit[letter as keyof typeof unit],
  )
  expect(times.length).toBeGreaterThanOrEqual(4)
  expect(Math.min(...times)).toBeGreaterThanOrEqual(86_400)
  expect(nginx).toContain('location / { proxy_pass http://parley; }')
})

interface Pod {
  readonly terminationGracePeriodSeconds: number
  readonly initContainers: readonly Container[]
  readonly containers: readonly Container[]
}

interface Container {
  readonly ports?: readonly { readonly containerPort: number }[]
  readonly env: readonly { readonly name: string; readonly value?: string }[]
}

it('Kubernetes starts gateways whose settings are known and good, and lets them drain', () => {
  const [deployment] = parseAllDocuments(readFileSync(place('kubernetes/parley.yaml'), 'utf8'))
  const pod = deployment?.toJS().spec.template.spec as Pod
  const [gateway] = pod.containers
  const secrets: Readonly<Record<string, string>> = {
    JWT_SECRET: 'x'.repeat(32),
    DATABASE_URL: 'postgres://db/parley',
    REDIS_URL: 'redis://redis',
    PARLEY_ENCRYPTION_KEY: 'A'.repeat(43),
    PARLEY_RECORDINGS_KEY: 'A'.repeat(43),
    OPENAI_API_KEY: 'sk-x',
  }
  const env = gateway?.env.map(({ name, value }) => [name, value ?? secrets[name]] as const) ?? []
  const known = new Set(Object.values(settings).flatMap(({ env, aliases }) => [env, ...aliases]))
  expect(env.filter(([name, value]) => !known.has(name) || value === undefined)).toEqual([])
  const { config, problems } = resolveConfig(readEnvironment(Object.fromEntries(env), '/nonexistent'))
  expect(problems).toEqual([])
  expect(gateway?.ports).toMatchObject([
    { containerPort: config.port },
    { containerPort: config.voiceWsPort },
  ])
  expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(config.drainMs + 10_000)
  expect(pod.initContainers[0]?.env).toEqual(gateway?.env)
})
