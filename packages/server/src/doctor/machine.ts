import { existsSync } from 'node:fs'
import { access, constants, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { availableParallelism, freemem } from 'node:os'
import { delimiter, dirname, join, resolve } from 'node:path'
import type { Config } from '../config/settings.js'
import { type Finding, fail, ok, reasonOf, warn } from './finding.js'

/** What the machine itself gives: Node, cores, memory, disk, ports, a browser. Changes nothing. */

const MIN_NODE = [20, 19] as const
const GOOD_MEMORY_MB = 512
const GOOD_DISK_MB = 200
const browsers = ['chromium', 'chromium-browser', 'google-chrome', 'chrome', 'msedge']

export function checkNode(version: string): Finding {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const enough = major > MIN_NODE[0] || (major === MIN_NODE[0] && minor >= MIN_NODE[1])
  if (enough) return ok('node', version)
  return fail('node', version, `Install Node ${MIN_NODE.join('.')} or newer.`)
}

export function checkCores(): Finding {
  const cores = availableParallelism()
  if (cores >= 2) return ok('cpu', `${cores} cores`)
  return warn('cpu', '1 core', 'Speech shares it with the gateway; two or more keep audio smooth under load.')
}

export function checkMemory(): Finding {
  const megabytes = Math.round((process.availableMemory?.() ?? freemem()) / 1_048_576)
  const says = `${megabytes} MB available`
  if (megabytes >= GOOD_MEMORY_MB) return ok('memory', says)
  return warn('memory', says, `Have ${GOOD_MEMORY_MB} MB; the embedded database alone takes about 180 MB.`)
}

/** @param folder where the embedded database lives or will live */
export async function checkDataFolder(folder: string): Promise<Finding> {
  const place = nearestExisting(resolve(folder))
  try {
    await access(place, constants.W_OK)
    const { bavail, bsize } = await statfs(place)
    const megabytes = Math.round((bavail * bsize) / 1_048_576)
    const says = `${folder}, ${megabytes} MB free`
    if (megabytes >= GOOD_DISK_MB) return ok('data folder', says)
    return warn('data folder', says, 'Free some space, or set PARLEY_DATA_DIR to another disk.')
  } catch (error) {
    return fail('data folder', `${folder} cannot be written (${reasonOf(error)})`, 'Set PARLEY_DATA_DIR.')
  }
}

function nearestExisting(folder: string): string {
  let place = folder
  while (!existsSync(place) && dirname(place) !== place) place = dirname(place)
  return place
}

export function checkBrowser(path: string): Finding {
  const found = path
    .split(delimiter)
    .flatMap(folder => browsers.map(name => join(folder, name)))
    .find(each => existsSync(each))
  if (found !== undefined) return ok('browser', found)
  return warn(
    'browser',
    'no Chromium found',
    'Only the tests of the console need one: `apt-get install chromium`.',
  )
}

type Ports = Pick<Config, 'host' | 'port' | 'voiceWsPort' | 'streamWsPort' | 'websocketPort' | 'metricsPort'>

export async function checkPorts(config: Ports): Promise<Finding[]> {
  const { port, voiceWsPort, streamWsPort, websocketPort, metricsPort } = config
  const wanted = new Set([port, voiceWsPort, streamWsPort, websocketPort, metricsPort])
  const ports = [...wanted].filter(each => each !== undefined)
  return Promise.all(ports.map(each => checkPort(each, config.host)))
}

function checkPort(port: number, host: string): Promise<Finding> {
  const name = `port ${port}`
  return new Promise(done => {
    const server = createServer()
    server.once('error', error => {
      const inUse = 'code' in error && error.code === 'EADDRINUSE'
      const says = inUse ? `in use on ${host}` : reasonOf(error)
      const cure = inUse ? 'If it is not your gateway, stop it or set PORT.' : 'Check HOST and PORT.'
      done(inUse ? warn(name, says, cure) : fail(name, says, cure))
    })
    server.listen(port, host, () => server.close(() => done(ok(name, `free on ${host}`))))
  })
}
