/**
 * What an agent written in the console must not ask for, beside what no agent may: to read the gateway's files, run
 * programs on it, lead its keys elsewhere, reach hosts or variables that nobody granted, hold secrets in its text, or
 * bring regular expressions, of which one can hold up every conversation of the process. Pure, over plain values.
 */

import { type AgentSlot, agentSlots, type FileRefusal } from '@parley/engines'
import type { AgentGrants } from './agent-grants.js'

type Path = readonly (string | number)[]
type Fields = Readonly<Record<string, unknown>>

export interface RuleParts {
  readonly grants: AgentGrants
  /** The name under which it is saved. */
  readonly name: string
  /** Scripts that `script:` may name. */
  readonly scripts: readonly string[]
}

/** Options of vendors that say whose account is used, which files are read, or where the key is sent. */
export const gatewayOptions: readonly string[] = [
  ...['endpoint', 'baseUrl', 'baseURL', 'tokenUrl', 'credentials', 'credentialsFile', 'quotaProject'],
  ...['organization', 'project', 'modelsFolder', 'path'],
]

/** Vendors that run code the agent names. */
export const refusedProviders: readonly string[] = ['ai-sdk']

const LARGEST_ANSWER_BYTES = 1_000_000
const secretName = /authorization|cookie|key|token|secret|password/i
/** How a variable is written. */
const named = '$' + '{NAME}'
const variable = /\$\{([A-Za-z_]\w*)\}/g

/** Every place at which `data`, an agent's text as plain values of any shape, asks for too much. */
export function refusalsOf(data: unknown, parts: RuleParts): readonly FileRefusal[] {
  const found: FileRefusal[] = []
  const refuse = (path: Path, message: string) => void found.push({ path, message })
  const file = fieldsOf(data)
  if (typeof file.agent === 'string' && file.agent !== parts.name)
    refuse(['agent'], `is saved as "${parts.name}"; write that name, or save it as "${file.agent}"`)
  for (const slot of agentSlots) refuseEntries([slot], file[slot], { slot, parts, refuse })
  const reasoner = fieldsOf(file.reasoner)
  refuseEntries(['reasoner', 'llm'], reasoner.llm, { slot: 'llm', parts, refuse })
  if (reasoner.policy !== undefined)
    refuse(['reasoner', 'policy'], 'names a file of the gateway; write the rules into "instructions" of it')
  for (const [index, tool] of listOf(file.tools).entries())
    refuseTool(['tools', index], fieldsOf(tool), { parts, refuse })
  const sources = Array.isArray(file.context) ? file.context : listOf(fieldsOf(file.context).sources)
  for (const [index, source] of sources.entries()) {
    const path = Array.isArray(file.context) ? ['context', index] : ['context', 'sources', index]
    refuseSource(path, fieldsOf(source), { parts, refuse })
  }
  return found
}

interface Refusing {
  readonly parts: RuleParts
  refuse(path: Path, message: string): void
}

function refuseEntries(
  path: Path,
  given: unknown,
  { slot, parts, refuse }: Refusing & { readonly slot: AgentSlot },
): void {
  const entries = Array.isArray(given) ? given : [given]
  for (const [index, entry] of entries.entries()) {
    const at = Array.isArray(given) ? [...path, index] : path
    const options = typeof entry === 'string' ? { provider: entry } : fieldsOf(entry)
    const provider = String(options.provider).toLowerCase()
    if (refusedProviders.includes(provider))
      refuse([...at, 'provider'], `"${provider}" loads code by name; only agents in files may use it`)
    for (const key of Object.keys(options)) {
      const account = key === 'profile' && ['polly', 'transcribe'].includes(provider)
      if (!account && !gatewayOptions.includes(key)) continue
      refuse([...at, key], `"${key}" belongs to the gateway; remove it, the gateway's own is used`)
    }
    const { script } = options
    if (script !== undefined && !parts.scripts.includes(String(script)))
      refuse(
        [...at, 'script'],
        `there is no such script for "${slot}" here; known: ${parts.scripts.join(', ')}`,
      )
  }
}

function refuseTool(path: Path, tool: Fields, { parts, refuse }: Refusing): void {
  for (const key of ['command', 'cwd', 'env'])
    if (tool[key] !== undefined)
      refuse([...path, key], 'runs a program on the gateway; only agents in files may do that, use "url"')
  for (const [name, parameter] of Object.entries(fieldsOf(tool.parameters)))
    refusePatterns([...path, 'parameters', name], parameter, refuse)
  refuseRequest(path, tool, { parts, refuse })
}

/** A pattern may stand in what a list or an object is made of, too. */
function refusePatterns(path: Path, value: unknown, refuse: Refusing['refuse']): void {
  for (const [key, inner] of Object.entries(fieldsOf(value))) {
    if (key === 'pattern' && typeof inner === 'string')
      refuse(
        [...path, key],
        'is a regular expression; only agents in files may have them, use "enum" or none',
      )
    else refusePatterns([...path, key], inner, refuse)
  }
}

const refusedSources: Readonly<Record<string, string>> = {
  sql: 'reads the gateway’s database',
  documents: 'reads the gateway’s files',
  http: 'finds its words by regular expressions',
}

function refuseSource(path: Path, source: Fields, refusing: Refusing): void {
  const { refuse } = refusing
  const why = refusedSources[String(source.kind)]
  if (why !== undefined)
    return refuse([...path, 'kind'], `"${source.kind}" ${why}; only agents in files may have it, use a tool`)
  if (source.when !== undefined)
    refuse([...path, 'when'], 'is a list of regular expressions; only agents in files may have them')
  refuseRequest(path, source, refusing)
}

/** Addresses, headers and bounds of what is asked over HTTP. */
function refuseRequest(path: Path, given: Fields, { parts, refuse }: Refusing): void {
  const { grants } = parts
  const hosts: string[] = []
  for (const key of ['url', 'baseUrl', 'placesUrl'])
    if (typeof given[key] === 'string')
      hosts.push(...refuseAddress([...path, key], given[key], { parts, refuse }))
  for (const [index, feed] of listOf(given.feeds).entries())
    hosts.push(...refuseAddress([...path, 'feeds', index], String(feed), { parts, refuse }))
  for (const [index, host] of listOf(given.hosts).entries())
    if (!grants.mayAsk(String(host))) refuse([...path, 'hosts', index], ungranted(String(host)))
  if (given.privateRedirects === true)
    refuse([...path, 'privateRedirects'], 'leads into the gateway’s own network; remove it')
  if (typeof given.maxBytes === 'number' && given.maxBytes > LARGEST_ANSWER_BYTES)
    refuse([...path, 'maxBytes'], `must be at most ${LARGEST_ANSWER_BYTES}`)
  for (const [name, value] of Object.entries(fieldsOf(given.headers)))
    refuseHeader([...path, 'headers', name], String(value), { name, hosts, parts, refuse })
}

/** The host, where there is one. */
function refuseAddress(path: Path, url: string, { parts, refuse }: Refusing): readonly string[] {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined) return []
  if (parsed.protocol !== 'https:') refuse(path, 'must begin with https://')
  if (parsed.username !== '' || [...parsed.searchParams.keys()].some(name => secretName.test(name)))
    refuse(path, `holds a secret; send it in a header, as ${named} of a variable`)
  if (!parts.grants.mayAsk(parsed.hostname)) refuse(path, ungranted(parsed.hostname))
  return [parsed.hostname]
}

interface HeaderRefusing extends Refusing {
  readonly name: string
  readonly hosts: readonly string[]
}

function refuseHeader(path: Path, value: string, { name, hosts, parts, refuse }: HeaderRefusing): void {
  const variables = [...value.matchAll(variable)].map(([, found]) => found ?? '')
  if (variables.length === 0 && secretName.test(name))
    refuse(path, `holds a secret; write ${named} of a variable that the gateway has`)
  for (const each of variables) {
    const host = hosts.find(known => !parts.grants.maySend(each, known))
    if (host !== undefined)
      refuse(
        path,
        `${each} may not be sent to ${host}; the operator grants it with PARLEY_AGENT_VARIABLES=${each}@${host}`,
      )
    else if (!parts.grants.secretOf(each))
      refuse(path, `the variable ${each} is not set; set it where the gateway runs`)
  }
}

function ungranted(host: string): string {
  return `${host} may not be asked; the operator grants it with PARLEY_AGENT_HOSTS=${host}`
}

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}
