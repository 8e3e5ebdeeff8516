import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
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
