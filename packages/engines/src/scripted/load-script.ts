/** Reads an agent file from disk. */

import { readFile } from 'node:fs/promises'
import { ParleyError } from '@parley/core'
import { parseScript } from './parse-script.js'
import type { Script } from './script.js'

/** Loads and checks an agent file. Throws `bad_agent` when it cannot be read or has mistakes. */
export async function loadScript(path: string): Promise<Script> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new ParleyError(
      'bad_agent',
      `${path}: cannot be read (${reason}); check the path and its permissions`,
      {
        cause: error,
        details: { file: path },
      },
    )
  }
  return parseScript(text, path)
}
