/** Reads YAML into plain values, with every mistake of its syntax noted at its place. */

import { LineCounter, parseDocument } from 'yaml'
import { badAgent, collectProblems, type Problems } from './problems.js'

/** Largest file, in characters. */
const LARGEST_FILE = 1_000_000

/** `fileName` is only for messages. Throws `bad_agent` for what is no YAML. */
export function readYaml(
  yamlText: string,
  fileName: string,
): { readonly data: unknown; readonly problems: Problems } {
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
  return { data, problems }
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
