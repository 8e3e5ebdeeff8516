// Writes docs/asyncapi.yaml from the compiled schemas; with `--check` only says whether it is current.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { voiceAsyncApi } from '../packages/protocol/dist/voice/asyncapi.js'

// `yaml` is a development dependency of the protocol package alone.
const { stringify } = createRequire(new URL('../packages/protocol/package.json', import.meta.url))('yaml')

const path = fileURLToPath(new URL('../docs/asyncapi.yaml', import.meta.url))
const text = stringify(voiceAsyncApi(), { lineWidth: 110, aliasDuplicateObjects: false })

if (!process.argv.includes('--check')) {
  writeFileSync(path, text)
} else if (readFileSync(path, 'utf8') !== text) {
  console.error(
    'docs/asyncapi.yaml is not current; run `npm run build && node scripts/generate-asyncapi.mjs`.',
  )
  process.exit(1)
}
