// Steps that every script of the workspace begins with. Plain Node: nothing may be installed yet.
import { spawnSync } from 'node:child_process'
import { existsSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Runs a command in the workspace and ends this process where it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options })
  if (error) {
    process.stderr.write(`${command} could not be started: ${error.message}\n`)
    process.exit(1)
  }
  if (status !== 0) process.exit(status ?? 1)
}

/** Ends with one sentence on a Node that is too old. */
export function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  process.stderr.write(`Parley needs Node 20.19 or newer; this is ${process.version}.\n`)
  process.exit(1)
}

/** Installs the dependencies of the lockfile unless they are there. */
export function installDependencies() {
  const done = join(root, 'node_modules/.package-lock.json')
  const lockfile = join(root, 'package-lock.json')
  if (existsSync(done) && statSync(done).mtimeMs >= statSync(lockfile).mtimeMs) return
  process.stdout.write('Installing dependencies ...\n')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'])
}

export function build(args = []) {
  process.stdout.write('Building ...\n')
  run(process.execPath, ['scripts/build.mjs', ...args])
}
