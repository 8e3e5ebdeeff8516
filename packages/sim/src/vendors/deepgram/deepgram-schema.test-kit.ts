/** The vendor's schemas over everything a simulated Deepgram sent and received. */

import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import type { SimMessage, VendorSim } from '../vendor-sim.js'

const groups: Readonly<Record<string, string>> = {
  '/v1/listen': 'ListenV1',
  '/v2/listen': 'ListenV2',
  '/v1/speak': 'SpeakV1',
  '/v2/speak': 'SpeakV2',
}

const ajv = new Ajv({ strict: false })
ajv.addSchema(fixture('deepgram.strict.schema.json') as object, 'strict')
ajv.addSchema(fixture('deepgram.wire.schema.json') as object, 'wire')
const enums = fixture('deepgram.enums.json') as Readonly<Record<string, readonly string[]>>

function fixture(name: string): unknown {
  const url = new URL(`../../../../../fixtures/protocols/deepgram/${name}`, import.meta.url)
  return JSON.parse(readFileSync(url, 'utf8'))
}

/** Messages of the sockets that do not fit, each with the reason; `REST` is left out. */
export function misfits(sim: VendorSim): string[] {
  return [
    ...sim.sent.flatMap(message => faultsOf(message, 'Server', ['strict', 'wire'])),
    ...sim.received.flatMap(message => faultsOf(message, 'Client', ['strict', 'wire'])),
  ]
}

function faultsOf(
  { path, message }: SimMessage,
  side: 'Client' | 'Server',
  schemas: readonly string[],
): string[] {
  const group = groups[path]
  if (group === undefined) return []
  const text = JSON.stringify(message)
  const faults = schemas.flatMap(schema => {
    const check = ajv.getSchema(`${schema}#/definitions/${group}${side}`)
    if (check === undefined) return [`no schema for ${group}${side}`]
    return check(message) ? [] : [`${schema}: ${text}: ${ajv.errorsText(check.errors)}`]
  })
  return [...faults, ...strayValues(group, message as Readonly<Record<string, unknown>>)]
}

function strayValues(group: string, message: Readonly<Record<string, unknown>>): string[] {
  const known = Object.entries(enums).filter(([name]) => name.startsWith(group))
  return known.flatMap(([name, values]) => {
    const [definition = '', field = ''] = name.split('.')
    if (definition !== `${group}${String(message.type)}` || message[field] === undefined) return []
    return values.includes(String(message[field])) ? [] : [`${name}: ${String(message[field])}`]
  })
}
