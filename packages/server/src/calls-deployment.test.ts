/** What platforms are told of the gateway for phone calls: files, paths, ports and variables that exist. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { settings } from './config/settings.js'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const read = (name: string) => readFileSync(join(root, name), 'utf8')

const dockerfile = read('Dockerfile.websocket')
const fly = read('fly.websocket.toml')
const railway = JSON.parse(read('railway.json'))

it('the start command is a file that the build writes', () => {
  const [node, entry = ''] = railway.deploy.startCommand.split(' ')
  expect(node).toBe('node')
  expect(read('scripts/build.mjs')).toContain(`'${entry.replace(/^dist\//, '')}'`)
  expect(dockerfile).toContain(`CMD ["node", "${entry}"]`)
  expect(existsSync(join(root, 'scripts/websocket-server.mjs'))).toBe(true)
})

it('every variable that they set is a setting', () => {
  const ofImage = /^ENV ((?:.*\\\n)*.*)$/m.exec(dockerfile)?.[1]?.match(/[A-Z_]+(?==)/g) ?? []
  const ofFly =
    fly
      .split('[env]')[1]
      ?.split('[http_service]')[0]
      ?.match(/^[A-Z_]+/gm) ?? []
  expect(ofImage).toContain('PARLEY_DATA_DIR')
  expect(ofFly).toContain('WEBSOCKET_PORT')
  const known = Object.values(settings).flatMap(({ env, aliases }) => [env, ...aliases])
  for (const name of [...ofImage, ...ofFly]) expect([...known, 'NODE_ENV']).toContain(name)
})

it('all of them ask for the health of one port, and take figures from another', () => {
  expect(railway.deploy.healthcheckPath).toBe('/health')
  expect(fly).toMatch(
    /internal_port = 8080[\s\S]*path = "\/health"\ninterval = "30s"\ntimeout = "5s"\ngrace_period = "10s"/,
  )
  expect(fly).toMatch(/METRICS_PORT = "9091"[\s\S]*\[metrics\]\nport = 9091/)
  expect(dockerfile).toMatch(/METRICS_PORT=9091/)
  expect(dockerfile).toMatch(/--interval=30s --timeout=5s --start-period=10s --retries=3/)
})

it('the image runs as nobody who may do anything', () => {
  expect(dockerfile).toMatch(/^USER nodejs$/m)
  expect(dockerfile).not.toMatch(/(SECRET|API_KEY|TOKEN)=/)
})
