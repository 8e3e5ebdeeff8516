/** Reads an agent file. All its mistakes are found in one go and named with line, column and cure. */

import { buildScript } from './build-script.js'
import { checkScript } from './check-script.js'
import { badAgent, type Problems } from './problems.js'
import { readYaml } from './read-yaml.js'
import type { Script } from './script.js'
import { keysAt, scriptFile } from './shape.js'
import { addIssue } from './shape-issues.js'

/**
 * Reads the YAML of an agent. `fileName` is only for messages. Throws `bad_agent`: a line `file:line:column: what is
 * wrong; what to do` for every mistake, and the same as `details.problems`.
 */
export function parseScript(yamlText: string, fileName: string): Script {
  return scriptOf(readYaml(yamlText, fileName), fileName)
}

/** The same of a file that has been read. */
export function scriptOf(
  { data, problems }: { readonly data: unknown; readonly problems: Problems },
  fileName: string,
): Script {
  const parsed = scriptFile.safeParse(data)
  if (!parsed.success) for (const issue of parsed.error.issues) addIssue(issue, { data, problems }, keysAt)
  problems.throwIfAny()
  if (parsed.data === undefined)
    throw badAgent(fileName, [{ line: 1, column: 1, message: 'file has the wrong shape' }])

  const script = buildScript(parsed.data, problems)
  checkScript(script, problems)
  problems.throwIfAny()
  return script
}
