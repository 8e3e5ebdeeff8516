import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The root of the checkout. */
export const root = fileURLToPath(new URL('../../../', import.meta.url))
export const cli = join(root, 'packages/server/dist/cli.js')

export interface ParleyProcess {
  readonly child: ChildProcess
  /** `http://127.0.0.1:port` */
  readonly url: string
  readonly dataDir: string
  /** Everything it has printed. */
  output(): string
  /** SIGTERM, then its exit code. */
  stop(): Promise<number | null>
  /** SIGKILL: no chance to tidy up. */
  kill(): Promise<void>
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly dataDir?: string
  readonly command?: readonly string[]
}

/** An environment without settings of whoever runs the tests. */
function bareEnvironment(): Record<string, string> {
  const kept = ['PATH', 'HOME', 'LANG', 'TMPDIR']
  return Object.fromEntries(kept.flatMap(name => (process.env[name] ? [[name, process.env[name]]] : [])))
}

/** A gateway of its own on a free port, as `parley start` runs it. Resolves once it listens. */
export async function startParley(options: StartOptions = {}): Promise<ParleyProcess> {
  const dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'parley-test-'))
  const child = spawn(process.execPath, [cli, ...(options.command ?? ['start'])], {
    cwd: dataDir,
    env: { ...bareEnvironment(), PORT: '0', PARLEY_DATA_DIR: join(dataDir, 'data'), ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  const exited = new Promise<number | null>(resolve => child.once('exit', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    const read = (data: Buffer) => {
      printed += data.toString()
      const found = /listens on (http:\/\/[^\s",]+)/.exec(printed)?.[1]
      if (found !== undefined) resolve(found)
    }
    child.stdout?.on('data', read)
    child.stderr?.on('data', read)
    void exited.then(code => reject(new Error(`parley ended with ${code} before it listened:\n${printed}`)))
  })
  return {
    child,
    url,
    dataDir,
    output: () => printed,
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
    const child = spawn(process.execPath, [cli, ...args], {
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
    child.once('exit', code => resolve({ code, out, err }))
  })
}
