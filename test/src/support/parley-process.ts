import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll } from 'vitest'
import { temporaryFolder } from './temporary-folder.js'

/** The root of the checkout. */
export const root = fileURLToPath(new URL('../../../', import.meta.url))
export const cli = join(root, 'packages/server/dist/cli.js')

/** Flags of Node for a process that is soon over. */
const briefly = ['--liftoff-only']

export interface ParleyProcess {
  readonly child: ChildProcess
  /** `http://127.0.0.1:port` */
  readonly url: string
  readonly dataDir: string
  /** Everything it has printed. */
  output(): string
  /** Its exit code, once it has ended; null when a signal ended it. */
  readonly exited: Promise<number | null>
  /** SIGTERM, then its exit code. */
  stop(): Promise<number | null>
  /** SIGKILL: no chance to tidy up. */
  kill(): Promise<void>
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly dataDir?: string
  readonly command?: readonly string[]
  /** For a life that is too short to get back what optimising its WebAssembly costs, about 1 s of CPU. */
  readonly brief?: true
  /** Whether it makes its embedded database itself. Without, it gets an empty one where the tests brought one. */
  readonly makesDatabase?: true
}

/** An empty embedded database, made once for all files by `npm test`: a copy is quicker than another one. */
export const madeDatabase = process.env.PARLEY_TEST_DATABASE

function bringDatabase(dataDir: string, { makesDatabase, env = {} }: StartOptions): void {
  const into = join(dataDir, 'data')
  const isOther = 'DATABASE_URL' in env || 'PARLEY_DATA_DIR' in env
  if (madeDatabase === undefined || makesDatabase || isOther || existsSync(into)) return
  cpSync(madeDatabase, into, { recursive: true })
}

/** An environment without settings of whoever runs the tests. */
function bareEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG', 'TMPDIR']
  return Object.fromEntries(kept.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])))
}

/** `parley start` before it listens. */
export interface StartingParley {
  readonly child: ChildProcess
  readonly dataDir: string
  readonly exited: Promise<number | null>
  output(): string
  /** Resolves with the match once it has printed such a text; rejects when it ends without. */
  printed(pattern: RegExp): Promise<RegExpExecArray>
}

const running = new Set<ChildProcess>()
// A test that fails in the middle leaves its gateway behind.
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})

/** Spawns a gateway of its own on a free port, as `parley start` runs it. */
export function spawnParley(options: StartOptions = {}): StartingParley {
  const dataDir = options.dataDir ?? temporaryFolder()
  bringDatabase(dataDir, options)
  const flags = options.brief ? briefly : []
  const child = spawn(process.execPath, [...flags, cli, ...(options.command ?? ['start'])], {
    cwd: dataDir,
    env: { ...bareEnvironment(), PORT: '0', PARLEY_DATA_DIR: join(dataDir, 'data'), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  running.add(child)
  child.once('exit', () => running.delete(child))
  let text = ''
  const read = (data: Buffer) => {
    text += data.toString()
    child.emit('printed')
  }
  child.stdout?.on('data', read)
  child.stderr?.on('data', read)
  // `close` comes after the last of the output, `exit` may come before.
  const exited = new Promise<number | null>(resolve => child.once('close', resolve))
  return {
    child,
    dataDir,
    exited,
    output: () => text,
    printed: pattern =>
      new Promise((resolve, reject) => {
        const look = () => {
          const found = pattern.exec(text)
          if (found === null) return
          child.off('printed', look)
          resolve(found)
        }
        child.on('printed', look)
        look()
        void exited.then(code => reject(new Error(`parley ended with ${code} before ${pattern}:\n${text}`)))
      }),
  }
}

/** A gateway of its own on a free port. Resolves once it listens. */
export async function startParley(options: StartOptions = {}): Promise<ParleyProcess> {
  const { child, dataDir, exited, output, printed } = spawnParley(options)
  const [, url = ''] = await printed(/listens on (http:\/\/[^\s",]+)/)
  return {
    child,
    url,
    dataDir,
    exited,
    output,
    async stop() {
      child.kill('SIGTERM')
      return exited
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

export interface CommandResult {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs `parley …` to its end. */
export function parley(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...briefly, cli, ...args], {
      cwd: root,
      env: { ...bareEnvironment(), ...env },
    })
    let out = ''
    let err = ''
    child.stdout.on('data', (data: Buffer) => {
      out += data.toString()
    })
    child.stderr.on('data', (data: Buffer) => {
      err += data.toString()
    })
    child.once('error', reject)
    // `exit` may come before the last of the output.
    child.once('close', code => resolve({ code, out, err }))
  })
}
