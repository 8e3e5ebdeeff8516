/** Messages against the schemas of a vendor's protocol. */

import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import type { SimMessage } from './vendor-sim.js'

const folder = new URL('../../../../fixtures/protocols/', import.meta.url)

/** What does not fit, a line each; empty when all is well. */
export function misfits(
  vendor: string,
  kind: 'strict' | 'wire',
  definition: string,
  messages: readonly SimMessage[],
): string[] {
  const ajv = new Ajv({ strict: false })
  ajv.addSchema(
    JSON.parse(readFileSync(new URL(`${vendor}/${vendor}.${kind}.schema.json`, folder), 'utf8')),
    'spec',
  )
  const validate = ajv.getSchema(`spec#/definitions/${definition}`)
  if (validate === undefined) throw new Error(`no definition ${definition}`)
  return messages.flatMap(({ message }) =>
    validate(message) ? [] : [`${JSON.stringify(message).slice(0, 200)}: ${ajv.errorsText(validate.errors)}`],
  )
}
