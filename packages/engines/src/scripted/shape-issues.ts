/** What is wrong with the shape of a file, said to whoever writes it: zod's issues with places, names and cures. */

import type { z } from 'zod'
import { didYouMean } from './edit-distance.js'
import type { FilePath, Problems } from './problems.js'

/** Notes an issue. `keysAt` gives the keys that may stand at a place of the file. */
export function addIssue(
  issue: z.core.$ZodIssue,
  { data, problems }: { readonly data: unknown; readonly problems: Problems },
  keysAt: (path: FilePath) => readonly string[],
): void {
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
