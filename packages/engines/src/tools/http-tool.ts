/**
 * A tool that is a request to a web service, defined in YAML. Arguments are checked and encoded; only the hosts named
 * are asked; secrets stand in headers alone and are in no message.
 */

import {
  fillHeaders,
  fillText,
  fillUrl,
  type Json,
  type LookUp,
  type LookUpWorld,
  type LookupArguments,
  lookUp,
  ParleyError,
  pickFrom,
  type SecretOf,
} from '@parley/core'
import { answerOf, checked, definitionOf } from './function-tool.js'
import { parametersOf } from './parameters.js'
import type { Tool, ToolAnswer } from './tool.js'
import type { HttpToolConfig } from './tool-config.js'

/** @throws ParleyError `bad_config` naming a variable that is not set, or a place without an argument. */
export function httpTool(config: HttpToolConfig, world: LookUpWorld, secretOf: SecretOf): Tool {
  const { name, description, timeoutMs, filler, method } = config
  const parameters = parametersOf(config.parameters)
  const headers = fillHeaders(config.headers, secretOf)
  return {
    definition: definitionOf(name, description, parameters),
    timeoutMs,
    acts: config.acts ?? (method !== 'GET' && method !== 'HEAD'),
    ...(filler === undefined ? {} : { filler }),
    async run(given, { signal }) {
      const values = checked(parameters, given) as LookupArguments
      const answer = await lookUp(world, requestOf(config, { headers, values }), signal)
      const told = told2xx(config, answer)
      return { ...told, text: withoutSecrets(told.text, config, headers) }
    },
  }
}

function requestOf(
  config: HttpToolConfig,
  {
    headers,
    values,
  }: { readonly headers: Readonly<Record<string, string>>; readonly values: LookupArguments },
): LookUp {
  const body = config.body === undefined ? undefined : JSON.stringify(bodyOf(config.body, values))
  return {
    name: `The service of the tool "${config.name}"`,
    url: fillUrl(config.url, values),
    method: config.method,
    headers: {
      accept: 'application/json, text/plain;q=0.8, */*;q=0.1',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body }),
    hosts: config.hosts,
    privateRedirects: config.privateRedirects,
    timeoutMs: config.timeoutMs,
    maxBytes: config.maxBytes,
    failure: 'tool_failed',
  }
}

/** A text that is one place becomes the argument itself, with its type; a missing one leaves its field out. */
function bodyOf(body: Json, values: LookupArguments): Json | undefined {
  if (typeof body === 'string') {
    const only = /^\{([A-Za-z_]\w*)\}$/.exec(body)
    return only?.[1] === undefined ? fillText(body, values) : values[only[1]]
  }
  if (typeof body !== 'object' || body === null) return body
  if (Array.isArray(body)) return body.flatMap((each: Json) => bodyOf(each, values) ?? [])
  const fields = Object.entries(body).flatMap(([key, each]) => {
    const value = bodyOf(each as Json, values)
    return value === undefined ? [] : [[key, value] as const]
  })
  return Object.fromEntries(fields)
}

/** A refusal is an answer, too: what the service says of it may help. */
function told2xx(config: HttpToolConfig, { status, text }: { status: number; text: string }): ToolAnswer {
  const json = parsed(text)
  if (status < 200 || status > 299)
    return { failed: true, text: `The service answered ${status}: ${text.trim().slice(0, 500)}` }
  if (json === undefined && config.pick !== undefined)
    throw new ParleyError('tool_failed', `The service of the tool "${config.name}" sent no JSON.`)
  if (json === undefined) return { text }
  const picked = pickFrom(json, config.pick)
  if (picked === undefined) return { failed: true, text: 'The service sent nothing of what was asked for.' }
  return answerOf(picked)
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

/** Some services repeat the headers they were sent; what a secret filled is taken out of what the model reads. */
function withoutSecrets(
  text: string,
  config: HttpToolConfig,
  headers: Readonly<Record<string, string>>,
): string {
  let clean = text
  for (const [name, shown] of Object.entries(config.headers)) {
    const filled = headers[name]
    if (filled === undefined || filled === shown) continue
    for (const word of [
      filled,
      ...filled.split(/\s+/).filter(each => each.length >= 8 && !shown.includes(each)),
    ])
      clean = clean.replaceAll(word, '…')
  }
  return clean
}
