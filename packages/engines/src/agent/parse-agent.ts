/**
 * Reads an agent file of either kind. A file with `instructions` is for a model, any other is a script. All mistakes
 * are found in one go and named with line, column and cure; those of providers, too, where a catalogue is given.
 */

import { defaultTurnPolicy, type TurnPolicy } from '@parley/core'
import { scriptOf } from '../scripted/parse-script.js'
import { badAgent, type Problems } from '../scripted/problems.js'
import { readYaml } from '../scripted/read-yaml.js'
import { addIssue } from '../scripted/shape-issues.js'
import { turnPolicyOf } from '../scripted/turn-policy.js'
import type { Agent, AgentBase, AgentSlot, ProviderEntry } from './agent.js'
import {
  type AssemblyFile,
  assemblyKeysAt,
  assemblySchema,
  type ModelAgentFileShape,
  modelAgentFile,
  modelAgentKeysAt,
} from './agent-shape.js'
import { keysOfShape } from './keys-of-shape.js'
import { anyProvider, type ProviderCatalogue } from './provider-catalogue.js'
import { readEntries } from './read-entries.js'
import { reasonerFileOf } from './reasoner-file.js'
import { type RealtimeSessionPlan, realtimeSessionOf } from './realtime-session.js'

interface FileRead {
  readonly data: unknown
  readonly problems: Problems
}

/**
 * `fileName` is for messages and becomes `file` of the agent. Throws `bad_agent`: a line `file:line:column: what is
 * wrong; what to do` for every mistake, and the same as `details.problems`.
 */
export function parseAgent(
  yamlText: string,
  fileName: string,
  providers: ProviderCatalogue = anyProvider,
): Agent {
  const read = readYaml(yamlText, fileName)
  return isForModel(read.data)
    ? modelAgent(read, fileName, providers)
    : scriptedAgent(read, fileName, providers)
}

/** What belongs to a script and to nothing else. */
const scriptKeys = ['intents', 'slots', 'states', 'fallback', 'silence']
const modelKeys = ['instructions', 'tools', 'reasoner', 'context']

function isForModel(data: unknown): boolean {
  if (typeof data !== 'object' || data === null) return false
  if ('instructions' in data) return true
  return (
    !scriptKeys.some(key => key in data) &&
    (modelKeys.some(key => key in data) || 'llm' in data || 'realtime' in data)
  )
}

function modelAgent(read: FileRead, fileName: string, providers: ProviderCatalogue): Agent {
  const { data, problems } = read
  const parsed = modelAgentFile.safeParse(data)
  for (const issue of parsed.error?.issues ?? []) {
    const scripted =
      issue.code === 'unrecognized_keys' ? issue.keys.filter(key => scriptKeys.includes(key)) : []
    for (const key of scripted) {
      const message = `"${key}" belongs to a script, and a file with "instructions" is for a model; remove one of them`
      problems.addAtKey([key], message)
    }
    if (issue.code === 'unrecognized_keys' && issue.keys.length === scripted.length) continue
    addIssue(issue, read, modelAgentKeysAt)
  }
  const file = parsed.data
  if (file === undefined) {
    problems.throwIfAny()
    throw badAgent(fileName, [{ line: 1, column: 1, message: 'file has the wrong shape' }])
  }
  const context = { data, problems, providers, voice: file.voice, language: file.language }
  const entries = entriesOf(file, context)
  const speaksItself = file.realtime !== undefined
  checkSlots(file, entries, problems)
  const realtimeSession = realtimeSessionOf(file.realtimeSession)
  const base = policyUnder(realtimeSession)
  const turns = turnPolicyOf(file.turns, { problems, at: ['turns'], base })
  const facts = contextOf(file.context, read, providers)
  const reasoner = reasonerFileOf(file.reasoner, context)
  problems.throwIfAny()
  return {
    kind: 'model',
    agent: file.agent,
    file: fileName,
    language: file.language,
    greeting: { say: file.greeting.say, interrupt: file.greeting.interrupt },
    voice: file.voice,
    instructions: file.instructions,
    tools: file.tools,
    ...reasoner,
    context: facts,
    trouble: file.trouble,
    turns,
    expression: file.expression ?? {},
    failover: file.failover ?? {},
    realtimeSession,
    ...entries,
    tts: file.tts === undefined && !speaksItself ? [embedded(fileName)] : entries.tts,
  }
}

/** Either a model and a voice, or one that is both. */
function checkSlots(file: AssemblyFile & ModelAgentFileShape, entries: Entries, problems: Problems): void {
  if (file.realtime === undefined) {
    if (entries.llm.length === 0) {
      const cure =
        'name the model, such as "llm: anthropic", or one that hears and speaks, "realtime: openai"'
      problems.addAtKey(['llm'], `"llm" is missing; ${cure}`)
    }
    if (file.realtimeSession !== undefined)
      problems.addAtKey(
        ['realtimeSession'],
        '"realtimeSession" holds a session of "realtime", and there is none; remove it or name one, such as "realtime: openai"',
      )
    return
  }
  if (entries.realtime.length === 0)
    problems.addAtKey(['realtime'], '"realtime" is empty; name a provider, such as "realtime: openai"')
  for (const slot of ['llm', 'tts'] as const) {
    if (file[slot] === undefined) continue
    const does = slot === 'llm' ? 'thinks' : 'speaks'
    problems.addAtKey([slot], `"realtime" ${does} by itself; remove "${slot}" or "realtime"`)
  }
}

/** Where the vendor ends the turns, its word decides, unless the file says otherwise. */
function policyUnder({ turns }: RealtimeSessionPlan): TurnPolicy {
  if (turns.by === 'gateway') return defaultTurnPolicy
  return { ...defaultTurnPolicy, endpoint: { ...defaultTurnPolicy.endpoint, vendor: 'decides' } }
}

function contextOf(given: unknown, read: FileRead, { context: shape }: ProviderCatalogue): unknown {
  if (given === undefined || shape === undefined) return given
  const parsed = shape.safeParse(given)
  for (const issue of parsed.error?.issues ?? [])
    addIssue({ ...issue, path: ['context', ...issue.path] }, read, path => keysOfShape(shape, path.slice(1)))
  return parsed.data
}

function scriptedAgent(read: FileRead, fileName: string, providers: ProviderCatalogue): Agent {
  const { data, problems } = read
  const parsed = assemblySchema.safeParse(data)
  for (const issue of parsed.error?.issues ?? []) {
    // What is wrong with the file as a whole is told by the script's own shape.
    if (issue.path.length > 0) addIssue(issue, read, path => assemblyKeysAt(path) ?? [])
  }
  const file: AssemblyFile = parsed.data ?? {}
  const voice = textIn(data, 'voice')
  const entries = entriesOf(file, {
    data,
    problems,
    providers,
    voice: vendorFirst(file) ? voice : undefined,
    language: textIn(data, 'language') ?? 'en',
  })
  for (const [index, { provider }] of entries.llm.entries()) {
    if (provider === 'scripted') continue
    const message = `a script answers by itself; write "llm: scripted" or none, or "instructions" for ${provider}`
    problems.add(Array.isArray((data as { llm?: unknown }).llm) ? ['llm', index] : ['llm'], message)
  }
  if (file.realtime !== undefined)
    problems.addAtKey(
      ['realtime'],
      'a script answers by itself; remove "realtime", or write "instructions" in the place of the script',
    )
  const script = scriptOf(read, fileName)
  const base: AgentBase = {
    agent: script.agent,
    file: fileName,
    language: script.language,
    greeting: script.greeting,
    voice: script.voice,
    trouble: script.trouble,
    turns: script.turns,
    expression: file.expression ?? {},
    failover: file.failover ?? {},
    stt: entries.stt.length > 0 ? entries.stt : [embedded(fileName)],
    llm: [{ provider: 'scripted', options: {}, place: fileName }],
    tts: entries.tts.length > 0 ? entries.tts : [embedded(fileName)],
    realtime: [],
  }
  return { kind: 'scripted', script, ...base }
}

/** The embedded voices of a script are chosen by its language; `voice` there is a speaker's name. */
function vendorFirst({ tts }: AssemblyFile): boolean {
  const [first] = tts ?? []
  return first !== undefined && first.provider !== 'embedded'
}

function textIn(data: unknown, key: string): string | undefined {
  const value = ((data ?? {}) as Readonly<Record<string, unknown>>)[key]
  return typeof value === 'string' ? value : undefined
}

function embedded(place: string): ProviderEntry {
  return { provider: 'embedded', options: {}, place }
}

type Entries = Readonly<Record<AgentSlot, readonly ProviderEntry[]>>

function entriesOf(file: AssemblyFile, context: Parameters<typeof readEntries>[2]): Entries {
  const of = (slot: AgentSlot) => readEntries(slot, file[slot] ?? [], context)
  return { stt: of('stt'), llm: of('llm'), tts: of('tts'), realtime: of('realtime') }
}
