/**
 * What starting costs: CPU time of the whole process with its threads, the most memory it took, and how many modules it
 * loaded, for commands and for a gateway from nothing to its first line and down again.
 *
 *   npx tsc -b bench && node bench/dist/startup.js [--runs 5] [--json]
 *
 * CPU time and not the clock, so that other work on the machine counts less. Modules are counted in a run of their own.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const cli = fileURLToPath(new URL('../../packages/server/dist/cli.js', import.meta.url))

interface Subject {
  readonly name: string
  readonly words: readonly string[]
  /** Whether each run begins without a data folder. */
  readonly fresh?: true
}

const subjects: readonly Subject[] = [
  { name: 'parley --version', words: ['--version'] },
  { name: 'parley strat (unknown)', words: ['strat'] },
  { name: 'parley token create', words: ['token', 'create', '--tenant', 'acme'] },
  { name: 'parley config check', words: ['config', 'check'] },
  { name: 'parley start, empty folder', words: ['start'], fresh: true },
  { name: 'parley start, its folder there', words: ['start'] },
]

interface Usage {
  readonly cpuMs: number
  readonly peakMb: number
}

interface Figures extends Usage {
  readonly name: string
  readonly modules: number
}

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '5' }, json: { type: 'boolean' } },
})
const scratch = mkdtempSync(join(tmpdir(), 'parley-startup-'))
const dataDir = join(scratch, 'data')
const usageFile = join(scratch, 'usage.json')
const preload = join(scratch, 'tell-usage.mjs')
writeFileSync(
  preload,
  `import { writeFileSync } from 'node:fs'
process.on('exit', () => writeFileSync(${JSON.stringify(usageFile)}, JSON.stringify(process.resourceUsage())))`,
)

try {
  const figures: Figures[] = []
  for (const subject of subjects) figures.push(await measure(subject, Number(values.runs)))
  if (values.json) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`)
  else report(figures)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}

async function measure(subject: Subject, runs: number): Promise<Figures> {
  const usages: Usage[] = []
  for (let run = 0; run < runs; run++) usages.push(await once(subject))
  return {
    name: subject.name,
    cpuMs: median(usages.map(({ cpuMs }) => cpuMs)),
    peakMb: median(usages.map(({ peakMb }) => peakMb)),
    modules: await modulesOf(subject),
  }
}

async function once({ words, fresh }: Subject, env: NodeJS.ProcessEnv = {}): Promise<Usage> {
  if (fresh) rmSync(dataDir, { recursive: true, force: true })
  const child = spawn(process.execPath, ['--import', preload, cli, ...words], {
    cwd: scratch,
    env: { PATH: process.env.PATH, PORT: '0', PARLEY_DATA_DIR: dataDir, JWT_SECRET: 'x'.repeat(40), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  child.stdout.on('data', (data: Buffer) => {
    out += data.toString()
    if (out.includes('Parley listens')) child.kill('SIGTERM')
  })
  child.stderr.resume()
  await new Promise(resolve => child.once('close', resolve))
  const { userCPUTime, systemCPUTime, maxRSS } = JSON.parse(
    readFileSync(usageFile, 'utf8'),
  ) as NodeJS.ResourceUsage
  return { cpuMs: Math.round((userCPUTime + systemCPUTime) / 1_000), peakMb: Math.round(maxRSS / 1_024) }
}

/** V8 names every script it ran for its coverage. */
async function modulesOf(subject: Subject): Promise<number> {
  const folder = mkdtempSync(join(scratch, 'coverage-'))
  await once(subject, { NODE_V8_COVERAGE: folder })
  const urls = readdirSync(folder).flatMap(file => {
    const { result } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
      readonly result: readonly { readonly url: string }[]
    }
    return result.map(({ url }) => url)
  })
  return new Set(urls.filter(url => url.startsWith('file:') && !url.endsWith('tell-usage.mjs'))).size
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0
}

function report(figures: readonly Figures[]): void {
  process.stdout.write('| | CPU, s | most memory, MB | modules |\n|---|---|---|---|\n')
  for (const { name, cpuMs, peakMb, modules } of figures)
    process.stdout.write(`| \`${name}\` | ${(cpuMs / 1_000).toFixed(2)} | ${peakMb} | ${modules} |\n`)
}
