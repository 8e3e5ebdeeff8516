import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv } from 'ajv'

const folder = join(import.meta.dirname, '../../../../fixtures/protocols/openai')

/** Says what is wrong with a message by a definition of the vendor's schema; empty if nothing is. */
export function schemaCheck(file: string, definition: string): (message: unknown) => string {
  const ajv = new Ajv({ strict: false })
  ajv.addSchema(JSON.parse(readFileSync(join(folder, file), 'utf8')), 'vendor')
  const validate = ajv.getSchema(`vendor#/definitions/${definition}`)
  if (validate === undefined) throw new Error(`no ${definition} in ${file}`)
  return message => (validate(message) === true ? '' : ajv.errorsText(validate.errors).slice(0, 500))
}
