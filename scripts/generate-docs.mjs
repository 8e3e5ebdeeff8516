// Writes the documents that come from tables in the code: docs/configuration.md, docs/errors.md, docs/providers.md.
// `--check` writes nothing and exits 1 when one of them is not what the tables say. Needs a build.
import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { providerPage } from './provider-page.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const load = path => import(join(root, path))

const { settingGroups, settings } = await load('packages/server/dist/config/settings.js')
const { errorCodes } = await load('packages/core/dist/index.js')
const { statusOf } = await load('packages/server/dist/http/problems.js')
const { exitCodeOf } = await load('packages/server/dist/cli/exit-codes.js')

const cell = text => text.replaceAll('|', '\\|')
const code = text => `\`${text}\``

function defaultOf({ default: value, unset }) {
  if (value === undefined) return unset
  if (Array.isArray(value)) return value.length === 0 ? 'none' : code(value.join(','))
  return code(String(value))
}

function configuration() {
  const sections = settingGroups.map(({ title, keys }) => {
    const rows = keys.map(key => {
      const { env, aliases, kind, doc, secret, ...rest } = settings[key]
      const names = [env, ...aliases].map(code).join('<br>')
      const what = `${doc}${secret ? ` Secret; ${code(`${env}_FILE`)} may name a file that holds it.` : ''}`
      return `| ${names} | ${cell(defaultOf(rest))} | ${cell(kind.must)} | ${cell(what)} |`
    })
    return `## ${title}\n\n| Variable | Default | Must be | What it does |\n|---|---|---|---|\n${rows.join('\n')}\n`
  })
  return `# Configuration

Every setting is an environment variable. The process's own environment goes before \`.env.local\`, which goes before
\`.env\`, both in the working folder. An empty variable counts as unset. Where several names stand in one row they are
the same setting: the first that is set wins, and \`parley config check\` says which one won, warns where two disagree,
and names everything that is wrong with its cure. It never shows a secret, only its length.

Times are milliseconds, or a number with \`ms\`, \`s\`, \`m\`, \`h\` or \`d\`.

This page is made from the table in \`packages/server/src/config\` by \`node scripts/generate-docs.mjs\`.

${sections.join('\n')}`
}

function errors() {
  const rows = Object.entries(errorCodes).map(
    ([name, cure]) =>
      `| ${code(name)} | ${statusOf(name)} | ${exitCodeOf({ code: name, retryable: false })} | ${cell(cure)} |`,
  )
  return `# Errors

Every error of Parley has one of these codes. Over HTTP it is the body
\`{ "error": { "code": "…", "message": "…" } }\` with the status of the table; on the voice socket it is an \`error\`
message with the same code; on the command line it is one sentence on stderr and the exit code. Codes do not change.
\`429\` and \`503\` carry \`Retry-After\` where a time is known. A \`timeout\` because nobody answered at all exits with 69.

This page is made from the table in \`packages/core/src/errors.ts\` by \`node scripts/generate-docs.mjs\`.

| Code | HTTP | Exit | What to do |
|---|---|---|---|
${rows.join('\n')}
`
}

const check = process.argv.includes('--check')
const stale = []
for (const [file, text] of [
  ['docs/configuration.md', configuration()],
  ['docs/errors.md', errors()],
  ['docs/providers.md', await providerPage(load)],
]) {
  const path = join(root, file)
  if (!check) writeFileSync(path, text)
  else if (read(path) !== text) stale.push(file)
}
if (stale.length > 0) {
  console.error(`${stale.join(', ')} out of date; run \`node scripts/generate-docs.mjs\`.`)
  process.exitCode = 1
}

function read(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT') return undefined
    throw error
  }
}
