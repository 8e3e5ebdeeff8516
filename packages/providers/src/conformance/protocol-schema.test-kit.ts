/** Holds messages to the schemas of the vendors' protocols. */

import { readFileSync } from 'node:fs'
import type { SimMessage } from '@parley/sim'
import { Ajv, type ValidateFunction } from 'ajv'

const folder = new URL('../../../../fixtures/protocols/', import.meta.url)

/** What does not fit, each with the first few reasons; empty if all do. */
export type Misfits = (messages: readonly SimMessage[]) => readonly string[]

/** `file` as `openai/responses.strict`, `entry` a name among its definitions. */
export function misfitsOf(file: string, entry: string): Misfits {
  const ajv = new Ajv({ strict: false, allErrors: false })
  ajv.addSchema(JSON.parse(readFileSync(new URL(`${file}.schema.json`, folder), 'utf8')), 'protocol')
  const validate = ajv.getSchema(`protocol#/definitions/${entry}`) as ValidateFunction
  return messages =>
    messages.flatMap(({ message }) => {
      if (validate(message)) return []
      const reasons = (validate.errors ?? [])
        .toSorted((one, other) => other.instancePath.length - one.instancePath.length)
        .slice(0, 3)
        .map(({ instancePath, message: said, params }) => `${instancePath} ${said} ${JSON.stringify(params)}`)
      return [`${JSON.stringify(message).slice(0, 300)}: ${reasons.join('; ')}`]
    })
}

/** Without padding and nulls, which the wire has and the types do not. */
export function withoutPadding({ path, message }: SimMessage): SimMessage {
  return { path, message: cleaned(message) }
}

function cleaned(message: unknown): unknown {
  const { obfuscation, ...rest } = message as Readonly<Record<string, unknown>>
  return rest
}
