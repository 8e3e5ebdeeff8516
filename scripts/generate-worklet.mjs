// Writes client/public/audio-worklet-processor.js, for a CDN or a web server beside the gateway: the audio program as the
// console is built with it. `--check` writes nothing and exits 1 where it is not that. Needs a build.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const name = 'audio-worklet-processor.js'
const copy = join(root, 'client/public', name)
const built = readFileSync(join(root, 'apps/console/dist', name), 'utf8')

if (!process.argv.includes('--check')) writeFileSync(copy, built)
else if (readFileSync(copy, 'utf8') !== built) {
  console.error(
    `client/public/${name} is out of date; run \`npm run build && node scripts/generate-worklet.mjs\`.`,
  )
  process.exitCode = 1
}
