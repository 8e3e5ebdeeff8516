import { parseScript } from './parse-script.js'
import { readAgentFile } from './read-agent-file.js'
import type { Script } from './script.js'

/** Loads and checks a script. Throws `bad_agent` when it cannot be read or has mistakes. */
export async function loadScript(path: string): Promise<Script> {
  return parseScript(await readAgentFile(path), path)
}
