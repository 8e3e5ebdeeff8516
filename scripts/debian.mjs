// Debian packages that npm cannot bring: installed where root and apt are at hand, else named in one sentence.
import { spawnSync } from 'node:child_process'

const isInstalled = name => {
  const { stdout } = spawnSync('dpkg-query', ['--status', name], { encoding: 'utf8' })
  return stdout?.includes('Status: install ok installed') ?? false
}

/**
 * Makes sure that the packages are there. Returns the ones that are missing afterwards; says what it does.
 */
export function ensureDebianPackages(names) {
  const missing = names.filter(name => !isInstalled(name))
  if (missing.length === 0) return []
  const command = `apt-get install ${missing.join(' ')}`
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    process.stdout.write(`Not installed: ${missing.join(', ')}. On Debian or Ubuntu: sudo ${command}\n`)
    return missing
  }
  process.stdout.write(`Installing ${missing.join(', ')} ...\n`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const apt = args => spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0
  // The first try spares a slow update where the lists are fresh.
  const install = ['install', '-y', '-qq', '--no-install-recommends', ...missing]
  if (!apt(install)) {
    apt(['update', '-qq'])
    apt(install)
  }
  const still = missing.filter(name => !isInstalled(name))
  if (still.length > 0) process.stdout.write(`Could not install ${still.join(', ')}.\n`)
  return still
}

/** The recogniser that works without a key. */
export const recogniserPackages = ['pocketsphinx', 'pocketsphinx-en-us', 'python3-pocketsphinx']
/** A real browser, a real database server and a real Redis, for tests. */
export const testPackages = ['chromium', 'postgresql', 'redis-server']
