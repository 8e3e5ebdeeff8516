/** What the console does with agents, for one tenant at a time: see, check, save, put in force, withdraw, try, delete. */

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { type Clock, ParleyError } from '@parley/core'
import { type Agent, agentSlots, type ProviderEntry } from '@parley/engines'
import {
  type AgentStore,
  type AgentVersion,
  isStorable,
  MAX_AGENT_CHARACTERS,
  type Principal,
  type StoredAgent,
} from '@parley/platform'
import type { AgentCatalogue } from '../gateway/agent-catalogue.js'
import type { Log } from '../log/log.js'
import { type AgentProblem, problemsOf } from './agent-problems.js'
import { type AgentReader, type AgentText, type CheckedAgent, namesOf } from './agent-reader.js'
import { paced } from './paced.js'
import { type StoredAgents, TRIAL_PREFIX } from './stored-agents.js'

/** What a text comes to, in words for a list. */
export interface AgentFacts {
  readonly language: string
  readonly kind: Agent['kind']
  /** By slot, `vendor` or `vendor model` in the order in which they are tried; slots that are empty are left out. */
  readonly providers: Readonly<Partial<Record<(typeof agentSlots)[number], readonly string[]>>>
}

export interface AgentSummary {
  readonly name: string
  /** Where what is in force comes from; `none` for drafts that nobody published. */
  readonly inForce: 'file' | 'settings' | 'console' | 'none'
  /** Whether there is a file, or settings, under what is in force. */
  readonly own: boolean
  readonly published?: number
  readonly latest?: AgentVersion
  readonly changedBy?: string
  readonly changedAtMs?: number
  /** Of what is in force, else of the latest draft; absent where that is not good. */
  readonly facts?: AgentFacts
  /** Of the same. */
  readonly errors: number
}

export interface AgentDetail extends AgentSummary {
  /** The newest first. */
  readonly versions: readonly AgentVersion[]
  /** The text to edit: the latest version, else the file; absent for an agent of the settings. */
  readonly yaml?: string
  readonly problems: readonly AgentProblem[]
  /** The text of the file. */
  readonly ownYaml?: string
}

export interface SavedAgent {
  readonly version: number
  readonly problems: readonly AgentProblem[]
}

export type Editor = Pick<Principal, 'tenant' | 'subject'>

export interface AgentDesk {
  /** Names and languages alone, for whoever talks. */
  names(tenant: string): Promise<readonly { readonly name: string; readonly language?: string }[]>
  list(tenant: string): Promise<readonly AgentSummary[]>
  /** @throws ParleyError `not_found` */
  detail(tenant: string, name: string): Promise<AgentDetail>
  /** @throws ParleyError `not_found` */
  text(tenant: string, name: string, version: number): Promise<string>
  check(text: AgentText): Promise<readonly AgentProblem[]>
  /** Good or not. @throws ParleyError `conflict`, `too_large`, `bad_message` */
  save(
    editor: Editor,
    draft: { name: string; yaml: string; note?: string; base: number },
  ): Promise<SavedAgent>
  /** @throws ParleyError `not_found`, `conflict`, `bad_agent` with every mistake */
  publish(editor: Editor, wanted: { name: string; version: number; instead?: number | null }): Promise<void>
  /** @throws ParleyError `not_found`, `conflict` */
  unpublish(editor: Editor, wanted: { name: string; instead?: number }): Promise<void>
  /** @throws ParleyError `not_found`, `conflict` */
  forget(editor: Editor, name: string): Promise<void>
  /** A name for `hello.agent`, for this editor alone. @throws ParleyError `bad_agent` with every mistake, `not_found` */
  tryOut(editor: Editor, wanted: Trial): Promise<{ readonly agent: string; readonly expiresAtMs: number }>
}

export interface Trial {
  readonly name: string
  readonly yaml?: string
  readonly version?: number
}

export interface AgentDeskParts {
  readonly store: AgentStore
  readonly own: AgentCatalogue
  readonly reader: AgentReader
  readonly stored: StoredAgents
  readonly clock: Clock
  readonly epochMs: () => number
  readonly log: Log
}

const TRIAL_MS = 600_000
/** Texts whose facts are remembered: versions never change. */
const REMEMBERED = 500

export function createAgentDesk(parts: AgentDeskParts): AgentDesk {
  const { store, own, reader, stored, epochMs, log } = parts
  const pace = paced(parts.clock)
  const remembered = new Map<string, CheckedAgent>()

  const ownAgent = (name: string) => own.agents.find(({ agent }) => agent === name)
  const ownSource = (agent: Agent) => (agent.file === 'the settings' ? 'settings' : 'file')

  async function checked(tenant: string, name: string, version: number): Promise<CheckedAgent> {
    const key = JSON.stringify([tenant, name, version])
    const known = remembered.get(key)
    if (known !== undefined) return known
    const found = await reader.check({ tenant, name, yaml: await text(tenant, name, version) })
    const [oldest] = remembered.keys()
    if (remembered.size >= REMEMBERED && oldest !== undefined) remembered.delete(oldest)
    remembered.set(key, found)
    return found
  }

  async function text(tenant: string, name: string, version: number): Promise<string> {
    const yaml = await store.read({ tenant, agent: name, version })
    if (yaml === undefined) throw new ParleyError('not_found', `There is no version ${version} of "${name}".`)
    return yaml
  }

  async function summaryOf(
    tenant: string,
    name: string,
    kept: StoredAgent | undefined,
  ): Promise<AgentSummary> {
    const file = ownAgent(name)
    const version = kept?.published ?? (file === undefined ? kept?.latest.version : undefined)
    const { agent, problems } =
      version === undefined ? { agent: file, problems: [] } : await checked(tenant, name, version)
    return {
      name,
      inForce: kept?.published !== undefined ? 'console' : file === undefined ? 'none' : ownSource(file),
      own: file !== undefined,
      ...(kept?.published === undefined ? {} : { published: kept.published }),
      ...(kept === undefined
        ? {}
        : { latest: kept.latest, changedBy: kept.changedBy, changedAtMs: kept.changedAtMs }),
      ...(agent === undefined ? {} : { facts: factsOf(agent) }),
      errors: problems.filter(({ level }) => level === 'error').length,
    }
  }

  async function detail(tenant: string, name: string): Promise<AgentDetail> {
    const kept = await store.find({ tenant, agent: name })
    const file = ownAgent(name)
    if (kept === undefined && file === undefined)
      throw new ParleyError('not_found', `There is no agent "${name}".`)
    const ownYaml = file === undefined ? undefined : await ownText(file)
    const yaml = kept === undefined ? ownYaml : await text(tenant, name, kept.latest.version)
    const summary = await summaryOf(tenant, name, kept)
    const problems = kept === undefined ? [] : (await checked(tenant, name, kept.latest.version)).problems
    return {
      ...summary,
      versions: kept === undefined ? [] : await store.history({ tenant, agent: name }),
      ...(yaml === undefined ? {} : { yaml }),
      problems,
      ...(ownYaml === undefined ? {} : { ownYaml }),
    }
  }

  async function goodOrThrow(
    { tenant, name, yaml }: AgentText,
    rehearse: () => Promise<void>,
  ): Promise<void> {
    const { problems } = await reader.check({ tenant, name, yaml })
    const errors = problems.filter(({ level }) => level === 'error')
    if (errors.length > 0) throw refused(name, errors)
    try {
      await rehearse()
    } catch (thrown) {
      const error = ParleyError.from(thrown)
      if (error.code !== 'bad_config' && error.code !== 'bad_agent') throw error
      throw refused(name, problemsOf(error, namesOf(name)))
    }
  }

  return {
    text,
    detail,
    async names(tenant) {
      const published = await store.published(tenant)
      const files = own.agents.filter(({ agent }) => published.every(each => each.agent !== agent))
      return [
        ...files.map(({ agent, language }) => ({ name: agent, language })),
        ...published.map(({ agent, language }) => ({
          name: agent,
          ...(language === undefined ? {} : { language }),
        })),
      ].sort(byName)
    },
    async list(tenant) {
      const kept = await store.list(tenant)
      const names = new Set([...own.agents.map(({ agent }) => agent), ...kept.map(({ agent }) => agent)])
      const summaries: AgentSummary[] = []
      // One after the other: to read hundreds of texts at once would hold conversations up.
      for (const name of names)
        summaries.push(
          await summaryOf(
            tenant,
            name,
            kept.find(({ agent }) => agent === name),
          ),
        )
      return summaries.sort(byName)
    },
    check: given => pace(async () => (await reader.check(given)).problems),
    async save({ tenant, subject }, { name, yaml, note, base }) {
      refuseOdd(name, yaml)
      const { agent, problems } = await reader.check({ tenant, name, yaml })
      const version = await store.save({
        ...{ tenant, agent: name, yaml, by: subject, atMs: epochMs(), base },
        ...(agent === undefined ? {} : { language: agent.language }),
        ...(note === undefined ? {} : { note }),
      })
      log.info({ tenant, agent: name, version, subject }, 'a version of an agent was saved')
      return { version, problems }
    },
    async publish({ tenant, subject }, { name, version, instead }) {
      const given = { tenant, name, yaml: await text(tenant, name, version) }
      await goodOrThrow(given, () => stored.rehearse(given))
      await store.publish({
        ...{ tenant, agent: name, version, by: subject, atMs: epochMs() },
        ...(instead === undefined ? {} : { instead }),
      })
      log.info({ tenant, agent: name, version, subject }, 'a version of an agent is in force')
    },
    async unpublish({ tenant, subject }, { name, instead }) {
      await store.publish({
        ...{ tenant, agent: name, version: null, by: subject, atMs: epochMs() },
        ...(instead === undefined ? {} : { instead }),
      })
      log.info({ tenant, agent: name, subject }, 'an agent of the console was withdrawn')
    },
    async forget({ tenant, subject }, name) {
      await store.forget({ tenant, agent: name })
      log.info({ tenant, agent: name, subject }, 'an agent of the console was deleted')
    },
    async tryOut({ tenant, subject }, { name, version, ...wanted }) {
      const yaml = wanted.yaml ?? (version === undefined ? undefined : await text(tenant, name, version))
      if (yaml === undefined) throw new ParleyError('bad_message', 'Give the yaml to try, or a version.')
      refuseOdd(name, yaml)
      const handle = TRIAL_PREFIX + randomBytes(18).toString('base64url')
      const given = { tenant, name, yaml }
      await goodOrThrow(given, () => stored.prepareTrial(given, handle))
      const expiresAtMs = epochMs() + TRIAL_MS
      await store.keepTrial({ handle, tenant, subject, agent: name, yaml, forMs: TRIAL_MS })
      return { agent: handle, expiresAtMs }
    },
  }
}

/** The text of the operator's own file; none where it cannot be read any more, or never was one. */
async function ownText({ file }: Agent): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch {
    return undefined
  }
}

function factsOf(agent: Agent): AgentFacts {
  const filled = agentSlots.filter(slot => agent[slot].length > 0)
  return {
    language: agent.language,
    kind: agent.kind,
    providers: Object.fromEntries(filled.map(slot => [slot, agent[slot].map(titleOf)])),
  }
}

function titleOf({ provider, options }: ProviderEntry): string {
  return typeof options.model === 'string' ? `${provider} ${options.model}` : provider
}

function refused(name: string, problems: readonly AgentProblem[]): ParleyError {
  const lines = problems.map(
    ({ line, column, message, hint }) =>
      `${line}:${column}: ${message}${hint === undefined ? '' : `; ${hint}`}`,
  )
  return new ParleyError('bad_agent', `"${name}" has mistakes.\n${lines.join('\n')}`, {
    details: { problems },
  })
}

/** @throws ParleyError `bad_message` for what no database keeps, `too_large` */
function refuseOdd(name: string, yaml: string): void {
  const named = name.trim() === name && name !== '' && name.length <= 100 && !name.startsWith(TRIAL_PREFIX)
  if (!named || /\p{Cc}/u.test(name) || !isStorable(name))
    throw new ParleyError(
      'bad_message',
      `A name has 1–100 characters and does not begin with "${TRIAL_PREFIX}".`,
    )
  if (yaml.length > MAX_AGENT_CHARACTERS)
    throw new ParleyError('too_large', `An agent has at most ${MAX_AGENT_CHARACTERS} characters.`)
  if (!isStorable(yaml))
    throw new ParleyError(
      'bad_message',
      'The text holds a character that cannot be kept (U+0000, half of a pair).',
    )
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name.localeCompare(other.name)
}
