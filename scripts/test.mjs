// Everything there is to test, on a fresh machine: brings what it needs, checks, builds, runs.
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ensureDebianPackages, recogniserPackages, testPackages } from './debian.mjs'
import { build, checkNode, installDependencies, root, run } from './workspace.mjs'

checkNode()
installDependencies()
const missing = ensureDebianPackages([...recogniserPackages, ...testPackages])
if (missing.length > 0) {
  process.stderr.write(`The tests need ${missing.join(', ')}; install them and run npm test again.\n`)
  process.exit(1)
}
run(process.execPath, ['scripts/check.mjs'])
build()
if (!existsSync(join(root, 'tools/vad/node_modules'))) {
  process.stdout.write('Installing the reference runtime of the voice detector ...\n')
  run('npm', ['ci', '--prefix', 'tools/vad', '--no-audit', '--no-fund', '--loglevel=error'])
}
run('npm', ['test', '--prefix', 'tools/vad', '--silent'])
// Most gateways of the tests begin with an empty database; one is made for all of them.
const folder = mkdtempSync(join(tmpdir(), 'parley-database-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
const database = join(folder, 'data')
const ownSettings = { PATH: process.env.PATH, HOME: process.env.HOME, PARLEY_DATA_DIR: database }
run(process.execPath, ['packages/server/dist/cli.js', 'db', 'migrate'], { env: ownSettings })
const env = { ...process.env, PARLEY_TEST_DATABASE: database }
const vitest = args => run('npx', ['--no-install', 'vitest', 'run', '--passWithNoTests', ...args], { env })
const wanted = process.argv.slice(2)
// One more than cores are usual: some of them wait for processes of their own.
const oneMore = '--maxWorkers=3'
// Files that follow each other in a process share its modules, which hold no state: loading them again for each file takes
// a third of the time.
vitest(wanted.length > 0 ? wanted : ['packages', 'apps', 'bench', oneMore, '--no-isolate'])
if (wanted.length === 0) {
  // These ask gateways and commands for answers, and do not mind who else is busy.
  const patient = [
    ...[
      'bad-input',
      'calls',
      'closed-output',
      'docs',
      'door',
      'kill-nine',
      'operator',
      'realtime',
      'realtime-agent',
    ],
    ...['replay', 'sim-command', 'vendors', 'agents', 'console-desk', 'console-figures', 'console-live'],
    ...['player', 'recordings'],
  ]
  const files = names => names.map(name => `test/dist/${name}.test.js`)
  vitest([...files(patient), oneMore])
  // These hold conversations in real time, and ask what is said and heard, not when to the millisecond.
  const talkative = [
    ...['assistant', 'console', 'demo', 'encryption', 'encryption-browser', 'realtime-browser'],
    ...['realtime-browser-voice', 'voice-page'],
  ]
  vitest([...files(talkative), '--maxWorkers=2'])
  // The others measure how late something is: one at a time, so that none is late because of another.
  const others = files([...patient, ...talkative]).flatMap(file => ['--exclude', file])
  vitest(['test/dist', '--no-file-parallelism', ...others])
}
