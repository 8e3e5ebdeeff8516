// Writes docs/asyncapi.yaml and its neighbours for prosody and live sessions from the compiled schemas; with `--check`
// only says whether they are current.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { liveAsyncApi } from '../packages/protocol/dist/live/asyncapi.js'
import { prosodyAsyncApi } from '../packages/protocol/dist/prosody/asyncapi.js'
import { voiceAsyncApi } from '../packages/protocol/dist/voice/asyncapi.js'

// `yaml` is a development dependency of the protocol package alone.
const { stringify } = createRequire(new URL('../packages/protocol/package.json', import.meta.url))('yaml')

const documents = {
  'asyncapi.yaml': voiceAsyncApi(),
  'asyncapi-prosody.yaml': prosodyAsyncApi(),
  'asyncapi-live.yaml': liveAsyncApi(),
}
const check = process.argv.includes('--check')

for (const [name, document] of Object.entries(documents)) {
  const path = fileURLToPath(new URL(`../docs/${name}`, import.meta.url))
  const text = stringify(document, { lineWidth: 110, aliasDuplicateObjects: false })
  if (!check) {
    writeFileSync(path, text)
  } else if (readFileSync(path, 'utf8') !== text) {
    console.error(`docs/${name} is not current; run \`npm run build && node scripts/generate-asyncapi.mjs\`.`)
    process.exitCode = 1
  }
}
