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
  modelAgentFile,
  modelAgentKeysAt,
} from './agent-shape.js'
import { checkSlots } from './check-slots.js'
import { keysOfShape } from './keys-of-shape.js'
import { anyProvider, type ProviderCatalogue } from './provider-catalogue.js'
import { readEntries } from './read-entries.js'
import { type RealtimeSessionPlan, realtimeSessionOf } from './realtime-session.js'
import { reasonerFileOf } from './reasoner-file.js'
import { recordingPlanOf } from './recording-plan.js'

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
  for (const { path, message } of providers.rules?.(read.data) ?? []) read.problems.add(path, message)
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
    (modelKeys.some(key => key in data) || 'llm' in data || 'realtime' in data || 'live' in data)
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
  const speaksItself = file.realtime !== undefined || file.live !== undefined
  checkSlots(file, entries, problems)
  const realtimeSession = realtimeSessionOf(file.realtimeSession)
  const base = policyUnder(file, realtimeSession)
  const turns = turnPolicyOf(file.turns, { problems, at: ['turns'], base })
  const facts = sectionOf('context', file.context, read, providers)
  const phone = sectionOf('phone', file.phone, read, providers)
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
    phone,
    recording: recordingPlanOf(file.recording, file.language),
    trouble: file.trouble,
    turns,
    expression: file.expression ?? {},
    failover: file.failover ?? {},
    realtimeSession,
    ...entries,
    tts: file.tts === undefined && !speaksItself ? [embedded(fileName)] : entries.tts,
  }
}

/** Where the vendor ends the turns, its word decides, unless the file says otherwise. */
function policyUnder({ live }: AssemblyFile, { turns }: RealtimeSessionPlan): TurnPolicy {
  if (turns.by === 'gateway' && live === undefined) return defaultTurnPolicy
  const { endpoint, speculation } = defaultTurnPolicy
  return {
    ...defaultTurnPolicy,
    endpoint: { ...endpoint, vendor: 'decides' },
    // A model that owns turn-taking answers when it wants to: nothing can be prepared.
    ...(live === undefined ? {} : { speculation: { ...speculation, perTurn: 0 } }),
  }
}

/** What is not this package's to read: by the shape that the catalogue has for it. */
function sectionOf(
  section: 'context' | 'phone',
  given: unknown,
  read: FileRead,
  providers: ProviderCatalogue,
): unknown {
  const shape = providers[section]
  if (given === undefined || shape === undefined) return given
  const parsed = shape.safeParse(given)
  for (const issue of parsed.error?.issues ?? [])
    addIssue({ ...issue, path: [section, ...issue.path] }, read, path => keysOfShape(shape, path.slice(1)))
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
  for (const slot of ['realtime', 'live'] as const) {
    if (file[slot] === undefined) continue
    const cure = `remove "${slot}", or write "instructions" in the place of the script`
    problems.addAtKey([slot], `a script answers by itself; ${cure}`)
  }
  const phone = sectionOf('phone', file.phone, read, providers)
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
    live: [],
    phone,
    recording: recordingPlanOf(file.recording, script.language),
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
  // The agent's voice is the model's: the one beside it speaks for the line.
  const beside = file.live === undefined ? context : { ...context, voice: undefined }
  const tts = readEntries('tts', file.tts ?? [], beside)
  return { stt: of('stt'), llm: of('llm'), tts, realtime: of('realtime'), live: of('live') }
}
