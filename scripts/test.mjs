// Everything there is to test, on a fresh machine: brings what it needs, checks, builds, runs.
import { existsSync } from 'node:fs'
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
const vitest = args => run('npx', ['--no-install', 'vitest', 'run', '--passWithNoTests', ...args])
const wanted = process.argv.slice(2)
vitest(wanted.length > 0 ? wanted : ['packages', 'apps', 'bench'])
if (wanted.length === 0) {
  // These ask gateways and commands for answers, and do not mind who else is busy.
  const patient = ['closed-output', 'docs', 'door', 'kill-nine', 'operator']
  vitest(patient.map(name => `test/dist/${name}.test.js`))
  // The others hold conversations in real time: one at a time, so that none is late because of another.
  vitest([
    'test/dist',
    '--no-file-parallelism',
    ...patient.flatMap(name => ['--exclude', `test/dist/${name}.test.js`]),
  ])
}
