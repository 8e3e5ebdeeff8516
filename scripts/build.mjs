// Builds everything: TypeScript projects, the empty database, then the console page. `--no-console` leaves the page out.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Outputs whose source is gone would be tested and shipped for ever. */
function pruneStale(project) {
  const out = join(project, 'dist')
  if (!existsSync(out) || !existsSync(join(project, 'tsconfig.json'))) return
  for (const entry of readdirSync(out, { recursive: true })) {
    const file = String(entry)
    if (!/\.(js|d\.ts|js\.map)$/.test(file) || /^(page|js)\b/.test(file)) continue
    const stem = join(project, 'src', file.replace(/\.(d\.ts|js\.map|js)$/, ''))
    if (!['.ts', '.tsx'].some(ending => existsSync(stem + ending))) rmSync(join(out, file))
  }
}

function run(command, args) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

for (const group of ['packages', 'apps', '.']) {
  for (const name of readdirSync(join(root, group))) {
    const project = join(root, group, name)
    if (statSync(project).isDirectory() && existsSync(join(project, 'package.json'))) pruneStale(project)
  }
}
run('npx', ['--no-install', 'tsc', '-b'])
run(process.execPath, ['packages/platform/dist/store/make-fresh-cluster.js'])
if (!process.argv.includes('--no-console') && existsSync(join(root, 'apps/console/vite.config.ts'))) {
  run('npm', ['run', '--silent', 'build', '-w', '@parley/console'])
}
