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
// Whole gateways hold conversations in real time: one at a time, so that none is late because of another.
if (wanted.length === 0) vitest(['test/dist', '--no-file-parallelism'])
