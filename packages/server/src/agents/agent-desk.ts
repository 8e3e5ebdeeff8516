/** What the console does with agents, for one tenant at a time: see, check, save, put in force, withdraw, try, delete. */

import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ParleyError } from '@parley/core'
import type { Agent } from '@parley/engines'
import type { StoredAgent } from '@parley/platform'
import { factsOf } from './agent-facts.js'
import { problemsOf } from './agent-problems.js'
import { type AgentText, type CheckedAgent, namesOf } from './agent-reader.js'
import { refused, refuseOdd } from './agent-refusals.js'
import type { AgentDesk, AgentDeskParts, AgentDetail, AgentSummary } from './desk-contract.js'
import { paced } from './paced.js'
import { TRIAL_PREFIX } from './stored-agents.js'

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

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name.localeCompare(other.name)
}
