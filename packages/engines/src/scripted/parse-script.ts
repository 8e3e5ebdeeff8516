/** Reads an agent file. All its mistakes are found in one go and named with line, column and cure. */

import { LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { buildScript } from './build-script.js'
import { checkScript } from './check-script.js'
import { didYouMean } from './edit-distance.js'
import { badAgent, collectProblems, type FilePath, type Problems } from './problems.js'
import type { Script } from './script.js'
import { keysAt, scriptFile } from './shape.js'

/** Largest agent file, in characters. */
const LARGEST_FILE = 1_000_000

/**
 * Reads the YAML of an agent. `fileName` is only for messages. Throws `bad_agent`: a line `file:line:column: what is
 * wrong; what to do` for every mistake, and the same as `details.problems`.
 */
export function parseScript(yamlText: string, fileName: string): Script {
  if (yamlText.length > LARGEST_FILE) {
    throw badAgent(fileName, [
      { line: 1, column: 1, message: `file is larger than ${LARGEST_FILE} characters; split the agent` },
    ])
  }
  const lines = new LineCounter()
  const document = parseDocument(yamlText, { lineCounter: lines, prettyErrors: false })
  const problems = collectProblems(fileName, document, lines)
  for (const error of document.errors) problems.addAt(lines.linePos(error.pos[0]), `YAML: ${error.message}`)
  problems.throwIfAny()

  const data = toPlain(document, problems)
  problems.throwIfAny()
  const parsed = scriptFile.safeParse(data)
  if (!parsed.success) for (const issue of parsed.error.issues) addIssue(issue, data, problems)
  problems.throwIfAny()
  if (parsed.data === undefined)
    throw badAgent(fileName, [{ line: 1, column: 1, message: 'file has the wrong shape' }])

  const script = buildScript(parsed.data, problems)
  checkScript(script, problems)
  problems.throwIfAny()
  return script
}

/** Aliases may multiply without end (`maxAliasCount`) or name nothing; both are mistakes of the file. */
function toPlain(document: ReturnType<typeof parseDocument>, problems: Problems): unknown {
  try {
    const data: unknown = document.toJS({ maxAliasCount: 100 })
    // An alias inside its own anchor gives a value that holds itself, which no later step could walk.
    JSON.stringify(data)
    return data
  } catch (error) {
    const reason = (error instanceof Error ? error.message : String(error)).split('\n')[0]
    problems.add([], `YAML: aliases cannot be followed (${reason}); write the values out`)
    return undefined
  }
}

function addIssue(issue: z.core.$ZodIssue, data: unknown, problems: Problems): void {
  const path = issue.path
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(path)
      for (const key of issue.keys) {
        const hint = didYouMean(key, known) || `; known here: ${known.join(', ')}`
        problems.addAtKey([...path, key], `unknown key "${key}"${hint}`)
      }
      return
    }
    case 'invalid_key':
      problems.addAtKey(path, `"${String(path.at(-1))}" ${issue.issues[0]?.message ?? 'is no name'}`)
      return
    case 'invalid_type':
      if (valueAt(data, path) === undefined || valueAt(data, path) === null) addMissing(path, problems)
      else problems.add(path, `${label(path)} must be ${kinds[issue.expected] ?? `a ${issue.expected}`}`)
      return
    case 'invalid_value': {
      const wanted = issue.values.map(String)
      if (valueAt(data, path) === undefined)
        return addMissing(path, problems, `: one of ${wanted.join(', ')}`)
      const hint = issue.message.startsWith('Invalid') ? `must be one of ${wanted.join(', ')}` : issue.message
      problems.add(path, `${label(path)} ${hint}${didYouMean(String(valueAt(data, path)), wanted)}`)
      return
    }
    default:
      if (path.at(-1) === 'phrases' && issue.code === 'too_small') addMissing(path, problems)
      else problems.add(path, `${label(path)} ${issue.message}`)
  }
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  array: 'a list',
  object: 'a mapping (key: value)',
  record: 'a mapping (key: value)',
  boolean: 'true or false',
  number: 'a number',
  int: 'a whole number',
}

function addMissing(path: FilePath, problems: Problems, hint = ''): void {
  const [section, name] = path
  const key = String(path.at(-1))
  if (path.length === 3 && section === 'intents' && key === 'phrases') {
    problems.addAtKey(path, `intent "${String(name)}" has no phrase; add at least one under "phrases"`)
  } else if (path.length === 0) {
    problems.add(path, 'file is empty; begin with "agent: name"')
  } else {
    const owner = path.length > 1 ? ` of ${label(path.slice(0, -1))}` : ''
    problems.addAtKey(path, `"${key}"${owner} is missing; add it${hint}`)
  }
}

/** `intents.billing.replies` as a reader says it. */
function label(path: FilePath): string {
  const [section, name, ...rest] = path.map(String)
  const noun = { intents: 'intent', slots: 'slot', states: 'state' }[section ?? '']
  if (noun === undefined || name === undefined)
    return path.length === 0 ? 'the file' : `"${path.map(String).join('.')}"`
  return rest.length === 0 ? `${noun} "${name}"` : `"${rest.join('.')}" of ${noun} "${name}"`
}

function valueAt(data: unknown, path: FilePath): unknown {
  let value = data
  for (const step of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<PropertyKey, unknown>)[step]
  }
  return value
}
