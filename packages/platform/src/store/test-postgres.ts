import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'

/**
 * A real PostgreSQL for tests and measurements: its own cluster in a temporary folder, on a free loopback port, gone
 * at the end. PostgreSQL refuses to run as root, so root runs it as `postgres` or `nobody`.
 */
export interface TestPostgres {
  /** Where the certificate is, with `tls`. */
  readonly certificate: string
  /** URL of a new, empty database. */
  freshDatabase(): Promise<string>
  /** Stops the server at once, as a crash would; `start` brings it back on the same port. */
  crash(): Promise<void>
  start(): Promise<void>
  /** Stops the server and removes the folder. */
  remove(): Promise<void>
}

export interface TestPostgresOptions {
  /** Off makes tests quick; measurements need it on. Default false. */
  readonly fsync?: boolean
  /** With a self-signed certificate for the name `elsewhere`; needs `openssl`. Default false. */
  readonly tls?: boolean
}

const run = promisify(execFile)

/** @throws Error that says how to install PostgreSQL when there is none. */
export async function startTestPostgres(options: TestPostgresOptions = {}): Promise<TestPostgres> {
  const binaries = findBinaries()
  const user = await serverUser()
  const folder = await mkdtemp(join(tmpdir(), 'parley-postgres-'))
  const password = randomBytes(16).toString('hex')
  const passwordFile = join(folder, 'password')
  const cluster = join(folder, 'cluster')
  await writeFile(passwordFile, password, { mode: 0o600 })
  if (user) for (const path of [folder, passwordFile]) await chown(path, user.uid, user.gid)
  await run(
    join(binaries, 'initdb'),
    [
      '-D',
      cluster,
      '-U',
      'parley',
      '-A',
      'scram-sha-256',
      '--pwfile',
      passwordFile,
      '-E',
      'UTF8',
      '--no-sync',
    ],
    { ...user, cwd: folder },
  )
  const key = join(folder, 'key.pem')
  const certificate = join(folder, 'certificate.pem')
  if (options.tls === true) {
    const subject = ['-days', '2', '-subj', '/CN=elsewhere']
    const files = ['-keyout', key, '-out', certificate]
    await run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...files, ...subject], { ...user })
  }
  const port = await freePort()
  const url = (database: string) => `postgres://parley:${password}@127.0.0.1:${port}/${database}`
  let server: ChildProcess | undefined
  let databases = 0

  async function start(): Promise<void> {
    const settings = [
      'listen_addresses=127.0.0.1',
      `port=${port}`,
      `unix_socket_directories=${folder}`,
      `fsync=${options.fsync === true ? 'on' : 'off'}`,
      'max_connections=50',
      ...(options.tls === true ? ['ssl=on', `ssl_key_file=${key}`, `ssl_cert_file=${certificate}`] : []),
    ]
    server = spawn(
      join(binaries, 'postgres'),
      ['-D', cluster, ...settings.flatMap(setting => ['-c', setting])],
      { ...user, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'], env: { PATH: process.env.PATH } },
    )
    await ready(server)
  }

  async function stop(signal: 'SIGINT' | 'SIGQUIT'): Promise<void> {
    const stopping = server
    server = undefined
    if (!stopping || stopping.exitCode !== null) return
    const gone = new Promise(resolve => stopping.once('exit', resolve))
    stopping.kill(signal)
    await gone
  }

  await start()
  return {
    certificate,
    start,
    crash: () => stop('SIGQUIT'),
    async freshDatabase() {
      const name = `test_${databases++}`
      const client = new pg.Client({ connectionString: url('postgres') })
      await client.connect()
      await client.query(`create database ${name}`)
      await client.end()
      return url(name)
    },
    async remove() {
      await stop('SIGINT')
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Resolves at the server's own word that it takes connections. */
function ready(server: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4000)
      if (said.includes('ready to accept connections')) resolve()
    })
    server.once('exit', () => reject(new Error(`PostgreSQL did not start: ${said}`)))
    server.once('error', reject)
  })
}

function findBinaries(): string {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const folders = [
    ...versions.map(version => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  const found = folders.find(path => existsSync(join(path, 'postgres')) && existsSync(join(path, 'initdb')))
  if (found !== undefined) return found
  throw new Error(
    'No PostgreSQL server on this machine. Install it with `apt-get install postgresql` ' +
      '(or put `postgres` and `initdb` on the PATH) and run the tests again.',
  )
}

async function serverUser(): Promise<{ readonly uid: number; readonly gid: number } | undefined> {
  if (process.getuid?.() !== 0) return undefined
  for (const name of ['postgres', 'nobody']) {
    try {
      const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
      return { uid: Number(uid.stdout), gid: Number(gid.stdout) }
    } catch {
      // No such user; the next one.
    }
  }
  throw new Error('PostgreSQL refuses to run as root, and there is no user `postgres` or `nobody`.')
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
