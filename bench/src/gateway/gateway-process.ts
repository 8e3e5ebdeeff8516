import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../../../packages/server/dist/cli.js', import.meta.url))

export interface GatewayProcess {
  readonly child: ChildProcess
  readonly url: string
  /** From the start of the process to its first accepted connection, ms. */
  readonly startMs: number
  /** Memory of the gateway and of the processes it started, MB. */
  memoryMb(): number
  /** CPU time used so far by the gateway itself, ms. */
  cpuMs(): number
  stop(): Promise<void>
}

/** `parley start` as a process of its own on a free port. `settings` are more of its environment. */
export async function startGatewayProcess(
  dataDir: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<GatewayProcess> {
  const startedAt = performance.now()
  const child = spawn(process.execPath, [cli, 'start'], {
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: '0',
      PARLEY_DATA_DIR: dataDir,
      LOG_LEVEL: 'info',
      ...settings,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = new Promise<void>(resolve => child.once('exit', () => resolve()))
  const url = await new Promise<string>((resolve, reject) => {
    let printed = ''
    child.stdout?.on('data', (data: Buffer) => {
      if (printed.length < 100_000) printed += data.toString()
      const found = /listens on (http:\/\/[^\s",]+)/.exec(printed)?.[1]
      if (found !== undefined) resolve(found)
    })
    void exited.then(() => reject(new Error(`the gateway ended:\n${printed}`)))
  })
  const pid = child.pid ?? 0
  return {
    child,
    url,
    startMs: performance.now() - startedAt,
    memoryMb: () => [pid, ...childrenOf(pid)].reduce((sum, id) => sum + residentMb(id), 0),
    cpuMs: () => cpuMs(pid),
    async stop() {
      child.kill('SIGTERM')
      await exited
    },
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .trim()
      .split(' ')
      .filter(Boolean)
      .map(Number)
  } catch {
    return []
  }
}

function residentMb(pid: number): number {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1])
    return (pages * 4096) / 1_000_000
  } catch {
    return 0
  }
}

function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}
