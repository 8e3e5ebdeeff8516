// Builds everything: TypeScript projects, the empty database, then the console page. `--no-console` leaves the page out.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
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

/** Entries by which process managers of older systems start a server: `pm2 start dist/main.js` and the like. */
const entries = {
  'index.js': '../scripts/start.mjs',
  'main.js': '../scripts/start.mjs',
  'server/websocket-server.js': '../../scripts/websocket-server.mjs',
}

function writeEntries() {
  for (const [file, script] of Object.entries(entries)) {
    const path = join(root, 'dist', file)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, `import '${script}'\n`)
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
if (!existsSync(join(root, 'node_modules/typescript'))) {
  process.stderr.write(
    'TypeScript is not installed. Install with `npm ci`, build, and then drop what only the build needs with ' +
      '`npm prune --omit=dev`.\n',
  )
  process.exit(1)
}
run('npx', ['--no-install', 'tsc', '-b'])
run(process.execPath, ['packages/platform/dist/store/make-fresh-cluster.js'])
writeEntries()
if (!process.argv.includes('--no-console') && existsSync(join(root, 'apps/console/vite.config.ts'))) {
  run('npm', ['run', '--silent', 'build', '-w', '@parley/console'])
}
