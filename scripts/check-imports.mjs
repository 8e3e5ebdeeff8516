// Imports between packages go only down, browser-safe packages touch no Node module, and what is imported is declared.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './workspace.mjs'

/** Each package with all it may import, the bottom first. */
const allowed = {
  audio: [],
  core: ['audio'],
  protocol: ['audio', 'core'],
  'tts-espeak': ['audio', 'core'],
  sim: ['audio', 'core'],
  providers: ['audio', 'core', 'protocol'],
  context: ['core'],
  engines: ['audio', 'core', 'protocol', 'providers'],
  transports: ['audio', 'core', 'protocol', 'providers'],
  platform: ['audio', 'core', 'protocol', 'providers'],
  calls: ['audio', 'core', 'protocol', 'providers', 'engines', 'platform'],
  client: ['protocol'],
  react: ['client', 'protocol'],
  console: ['client', 'protocol', 'react'],
  server: [
    'audio',
    'core',
    'protocol',
    'providers',
    'engines',
    'context',
    'transports',
    'platform',
    'calls',
    'sim',
  ],
}
/** Files of these run in a browser, but for the ones named. */
const browserSafe = {
  audio: ['node.ts', 'wav-file.ts', 'vad/assets.ts'],
  core: [],
  protocol: [],
  client: [],
  react: [],
  console: [],
}

const importOf = /(?:^(?:import|export)\s[^'"]*?from\s+|^import\s+|\bimport\s*\(\s*)['"]([^'"]+)['"]/gm
const problems = []

function packageName(specifier) {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

function checkFile(name, folder, file) {
  if (/\.test[.-]|^testing\//.test(file)) return
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const declared = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies }
  const text = readFileSync(join(folder, 'src', file), 'utf8')
  for (const [, specifier] of text.matchAll(importOf)) {
    const where = `${folder.slice(root.length + 1)}/src/${file}`
    if (specifier.startsWith('.')) continue
    if (specifier.startsWith('node:')) {
      if (browserSafe[name] && !browserSafe[name].includes(file))
        problems.push(`${where}: ${specifier} is not there in a browser`)
      continue
    }
    const imported = packageName(specifier)
    const sibling = imported.startsWith('@parley/') ? imported.slice('@parley/'.length) : undefined
    if (sibling !== undefined && !allowed[name].includes(sibling)) {
      problems.push(`${where}: ${name} must not import ${imported}`)
    }
    if (!(imported in declared)) problems.push(`${where}: ${imported} is not declared in package.json`)
  }
}

for (const group of ['packages', 'apps']) {
  for (const name of readdirSync(join(root, group))) {
    const folder = join(root, group, name)
    if (!existsSync(join(folder, 'src'))) continue
    if (!(name in allowed))
      problems.push(`${group}/${name}: unknown package; give it a place in scripts/check-imports.mjs`)
    else
      for (const entry of readdirSync(join(folder, 'src'), { recursive: true })) {
        if (/\.tsx?$/.test(String(entry))) checkFile(name, folder, String(entry))
      }
  }
}
for (const problem of problems) process.stderr.write(`${problem}\n`)
if (problems.length > 0) process.exit(1)
process.stdout.write('Imports go only down.\n')
