import { readFile } from 'node:fs/promises'
import { ParleyError } from '@parley/core'

/** The text of an agent file. Throws `bad_agent` naming the file when it cannot be read. */
export async function readAgentFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const message = `${path}: cannot be read (${reason}); check the path and its permissions`
    throw new ParleyError('bad_agent', message, { cause: error, details: { file: path } })
  }
}
