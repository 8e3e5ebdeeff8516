import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'

/** A real Redis for tests: on a free loopback port, in memory only, gone at the end. */
export interface TestRedis {
  readonly url: string
  /** Stops the server at once, as a crash would; `start` brings it back, empty, on the same port. */
  crash(): Promise<void>
  start(): Promise<void>
  remove(): Promise<void>
}

export async function startTestRedis(): Promise<TestRedis> {
  const port = await freePort()
  let server: ChildProcess | undefined

  async function start(): Promise<void> {
    const started = spawn(
      'redis-server',
      ['--port', `${port}`, '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    )
    server = started
    await ready(started)
  }

  async function crash(): Promise<void> {
    const running = server
    server = undefined
    if (running === undefined || running.exitCode !== null) return
    const gone = new Promise(resolve => running.once('exit', resolve))
    running.kill('SIGKILL')
    await gone
  }

  await start()
  return { url: `redis://127.0.0.1:${port}`, start, crash, remove: crash }
}

/** Resolves at the server's own word that it takes connections. */
function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    server.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000)
      if (said.includes('Ready to accept connections')) resolve()
    })
    server.once('exit', () => reject(new Error(`Redis did not start: ${said}`)))
    server.once('error', cause =>
      reject(
        new Error('No Redis on this machine. Install it with `apt-get install redis-server`.', { cause }),
      ),
    )
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => {
        if (typeof address === 'object' && address) resolve(address.port)
        else reject(new Error('No free port on loopback.'))
      })
    })
  })
}
