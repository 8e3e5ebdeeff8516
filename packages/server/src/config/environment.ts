import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseEnv } from 'node:util'
import { ParleyError } from '@parley/core'
import { settings } from './settings.js'

/**
 * The variables the gateway is started with: the real environment, then `.env.local`, then `.env`, then files named by
 * `NAME_FILE` for secrets. Nothing is written back to the process's own environment.
 */

/** A variable and where it was found. */
export interface Variable {
  readonly text: string
  /** `environment`, or the name of a file. */
  readonly from: string
}

export type Environment = ReadonlyMap<string, Variable>

/** An empty variable counts as unset. A file that is not there is no fault; one that cannot be read is. */
export function readEnvironment(env: NodeJS.ProcessEnv, folder: string): Environment {
  const found = new Map<string, Variable>()
  collect(found, env, 'environment')
  for (const file of ['.env.local', '.env']) {
    const text = readOptional(join(folder, file))
    if (text !== undefined) collect(found, parseEnv(text.replace(/^\uFEFF/, '')), file)
  }
  for (const { env: name, secret } of Object.values(settings)) {
    const file = found.get(`${name}_FILE`)
    if (!secret || found.has(name) || !file) continue
    const text = readOptional(file.text)
    if (text === undefined) {
      throw new ParleyError('bad_config', `${name}_FILE names ${file.text}, which does not exist.`)
    }
    collect(found, { [name]: text }, file.text)
  }
  return found
}

function collect(found: Map<string, Variable>, variables: NodeJS.Dict<string>, from: string): void {
  for (const [name, raw] of Object.entries(variables)) {
    const text = raw?.trim() ?? ''
    if (text !== '' && !found.has(name)) found.set(name, { text, from })
  }
}

function readOptional(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined
    throw new ParleyError(
      'bad_config',
      `${path} cannot be read; check that it is a file and its permissions.`,
      {
        cause,
      },
    )
  }
}
