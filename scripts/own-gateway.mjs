// A gateway of a check's own, in an empty folder on a free port, where none was named.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from './workspace.mjs'

const STARTS_WITHIN_MS = 60_000
const STOPS_WITHIN_MS = 20_000

/** Asks again and again until it is so. @throws Error with the sentence for the last value */
export async function eventually(ask, isSo, sentence, waitMs = STARTS_WITHIN_MS) {
  const untilMs = Date.now() + waitMs
  for (;;) {
    const value = await ask()
    if (isSo(value)) return value
    if (Date.now() > untilMs) throw new Error(sentence(value))
    await new Promise(resolve => setTimeout(resolve, 250))
  }
}

async function freePort() {
  const server = createServer()
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  await new Promise(resolve => server.close(resolve))
  return port
}

/** Resolves once it is healthy. `env` is added to what this process has. */
export async function startOwnGateway(env = {}) {
  const port = await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'parley-check-'))
  const child = spawn(process.execPath, [join(root, 'packages/server/dist/cli.js'), 'start'], {
    cwd: folder,
    env: {
      ...process.env,
      PORT: String(port),
      HOST: '127.0.0.1',
      PARLEY_DATA_DIR: join(folder, 'data'),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const keep = part => {
    said = `${said}${part}`.slice(-4_000)
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  const base = `http://127.0.0.1:${port}`
  const gateway = { base, said: () => said, stop: () => stop(child, folder) }
  const healthy = async () => {
    if (child.exitCode !== null) throw new Error(`the gateway did not start:\n${said}`)
    return fetch(`${base}/health`).then(
      response => response.ok,
      () => false,
    )
  }
  try {
    await eventually(
      healthy,
      ok => ok,
      () => `the gateway did not become healthy:\n${said}`,
    )
  } catch (error) {
    await gateway.stop()
    throw error
  }
  return gateway
}

async function stop(child, folder) {
  if (child.exitCode === null) {
    const gone = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), STOPS_WITHIN_MS)
    await gone
    clearTimeout(late)
  }
  await rm(folder, { recursive: true, force: true })
}
