/** Agents in the database, PGlite and PostgreSQL alike. Whatever must not be torn apart is one statement. */

import { ParleyError } from '@parley/core'
import { type RawBuilder, sql } from 'kysely'
import type { Database } from '../store/database.js'
import { asStoreError } from '../store/store-errors.js'
import {
  type AgentDraft,
  type AgentKey,
  type AgentStore,
  type AgentTrial,
  type AgentVersion,
  KEPT_VERSIONS,
  MAX_AGENTS,
  MAX_TRIALS,
  type Publishing,
  type StoredAgent,
} from './agent-store.js'

interface VersionRow {
  readonly version: number
  readonly language: string | null
  readonly note: string | null
  readonly saved_by: string
  readonly saved_at_ms: number
}

interface AgentRow extends VersionRow {
  readonly agent: string
  readonly published: number | null
  readonly changed_by: string
  readonly changed_at_ms: number
}

const versionColumns = sql`v.version, v.language, v.note, v.saved_by, v.saved_at_ms::float8 as saved_at_ms`

/** @throws ParleyError `store_unavailable` or `store_failed` from each */
export function createSqlAgentStore({ sql: database }: Pick<Database, 'sql'>): AgentStore {
  async function rowsOf<Row>(query: RawBuilder<Row>): Promise<readonly Row[]> {
    try {
      return (await query.execute(database)).rows
    } catch (thrown) {
      throw asStoreError(thrown)
    }
  }

  async function save(draft: AgentDraft): Promise<number> {
    const { tenant, agent, yaml, language = null, note = null, by, atMs, base } = draft
    if (base === 0) await refuseTooMany(tenant)
    // Of two who save at once the second waits for the row, and finds another latest.
    const saved = await rowsOf(sql<{ readonly version: number }>`
      with moved as (
        insert into parley.agents as old (tenant, agent, latest, changed_by, changed_at_ms)
        select ${tenant}, ${agent}, ${base}::integer + 1, ${by}, ${Math.trunc(atMs)}::bigint
        where ${base}::integer = 0
          or exists (select 1 from parley.agents where tenant = ${tenant} and agent = ${agent})
        on conflict (tenant, agent) do update set
          latest = old.latest + 1, changed_by = excluded.changed_by, changed_at_ms = excluded.changed_at_ms
        where old.latest = ${base}::integer or (${base}::integer = 0 and not exists (
          select 1 from parley.agent_versions v where v.tenant = old.tenant and v.agent = old.agent))
        returning latest
      )
      insert into parley.agent_versions (tenant, agent, version, yaml, language, note, saved_by, saved_at_ms)
      select ${tenant}, ${agent}, latest, ${yaml}, ${language}::text, ${note}::text, ${by}, ${Math.trunc(atMs)}::bigint
      from moved returning version`)
    const version = saved[0]?.version
    if (version === undefined) throw await savedMeanwhile(draft)
    await rowsOf(sql`
      delete from parley.agent_versions v using parley.agents a
      where a.tenant = ${tenant} and a.agent = ${agent} and v.tenant = a.tenant and v.agent = a.agent
        and v.version <= a.latest - ${KEPT_VERSIONS}::integer and v.version is distinct from a.published`)
    return version
  }

  async function refuseTooMany(tenant: string): Promise<void> {
    const known = await list(tenant)
    if (known.length < MAX_AGENTS) return
    const message = `There are ${MAX_AGENTS} agents; delete one that is not used.`
    throw new ParleyError('too_large', message, { details: { limit: MAX_AGENTS } })
  }

  async function savedMeanwhile(key: AgentKey): Promise<ParleyError> {
    const latest = (await find(key))?.latest
    const who =
      latest === undefined ? 'It was deleted' : `Version ${latest.version} was saved by ${latest.savedBy}`
    return new ParleyError('conflict', `${who} meanwhile; load it and put your changes into it.`, {
      details: { latest: latest?.version ?? 0 },
    })
  }

  async function agentRows(tenant: string, agent: string | undefined): Promise<readonly StoredAgent[]> {
    const one = agent === undefined ? sql`` : sql`and a.agent = ${agent}`
    const rows = await rowsOf(sql<AgentRow>`
      select a.agent, a.published, a.changed_by, a.changed_at_ms::float8 as changed_at_ms, ${versionColumns}
      from parley.agents a join parley.agent_versions v
        on v.tenant = a.tenant and v.agent = a.agent and v.version = a.latest
      where a.tenant = ${tenant} ${one} order by a.agent`)
    return rows.map(row => ({
      agent: row.agent,
      latest: versionOf(row),
      ...(row.published === null ? {} : { published: row.published }),
      changedBy: row.changed_by,
      changedAtMs: row.changed_at_ms,
    }))
  }

  const list = (tenant: string) => agentRows(tenant, undefined)
  const find = async ({ tenant, agent }: AgentKey) => (await agentRows(tenant, agent))[0]

  async function publish({ tenant, agent, version, instead, by, atMs }: Publishing): Promise<void> {
    const unchanged =
      instead === undefined ? sql`` : sql`and published is not distinct from ${instead}::integer`
    const exists =
      version === null
        ? sql``
        : sql`and exists (select 1 from parley.agent_versions
            where tenant = ${tenant} and agent = ${agent} and version = ${version}::integer)`
    const done = await rowsOf(sql`
      update parley.agents
      set published = ${version}::integer, changed_by = ${by}, changed_at_ms = ${Math.trunc(atMs)}::bigint
      where tenant = ${tenant} and agent = ${agent} ${exists} ${unchanged} returning agent`)
    if (done.length > 0) return
    const found = await find({ tenant, agent })
    const known =
      found !== undefined && (version === null || (await read({ tenant, agent, version })) !== undefined)
    if (!known) throw new ParleyError('not_found', `There is no such version of the agent "${agent}".`)
    const now = found.published === undefined ? 'No version' : `Version ${found.published}`
    throw new ParleyError(
      'conflict',
      `${now} is in force meanwhile, by ${found.changedBy}; look at it first.`,
    )
  }

  async function read({
    tenant,
    agent,
    version,
  }: AgentKey & { version: number }): Promise<string | undefined> {
    const rows = await rowsOf(sql<{ readonly yaml: string }>`
      select yaml from parley.agent_versions
      where tenant = ${tenant} and agent = ${agent} and version = ${version}::integer`)
    return rows[0]?.yaml
  }

  async function forget({ tenant, agent }: AgentKey): Promise<void> {
    const gone = await rowsOf(sql`
      delete from parley.agent_versions v using parley.agents a
      where a.tenant = ${tenant} and a.agent = ${agent} and a.published is null
        and v.tenant = a.tenant and v.agent = a.agent returning v.version`)
    if (gone.length > 0) return
    if ((await find({ tenant, agent })) === undefined) throw new ParleyError('not_found')
    throw new ParleyError('conflict', `A version of "${agent}" is in force; withdraw it first.`)
  }

  async function keepTrial({ handle, tenant, subject, agent, yaml, forMs }: AgentTrial): Promise<void> {
    await rowsOf(sql`
      insert into parley.agent_trials (handle, tenant, subject, agent, yaml, expires_at)
      values (${handle}, ${tenant}, ${subject}, ${agent}, ${yaml}, now() + ${forMs}::float8 * interval '1 millisecond')`)
    await rowsOf(sql`
      delete from parley.agent_trials where expires_at <= now() or handle in (
        select handle from parley.agent_trials where tenant = ${tenant} and subject = ${subject}
        order by expires_at desc, handle offset ${MAX_TRIALS}::integer)`)
  }

  return {
    save,
    list,
    find,
    read,
    publish,
    forget,
    keepTrial,
    async history({ tenant, agent }) {
      const rows = await rowsOf(sql<VersionRow>`
        select ${versionColumns} from parley.agent_versions v
        where v.tenant = ${tenant} and v.agent = ${agent} order by v.version desc`)
      return rows.map(versionOf)
    },
    async published(tenant) {
      const rows = await rowsOf(sql<Pick<VersionRow, 'version' | 'language'> & { readonly agent: string }>`
        select a.agent, v.version, v.language from parley.agents a join parley.agent_versions v
          on v.tenant = a.tenant and v.agent = a.agent and v.version = a.published
        where a.tenant = ${tenant} order by a.agent`)
      return rows.map(({ agent, version, language }) => ({
        agent,
        version,
        ...(language === null ? {} : { language }),
      }))
    },
    async trial({ handle, tenant, subject }) {
      const rows = await rowsOf(sql<Pick<AgentTrial, 'agent' | 'yaml'>>`
        select agent, yaml from parley.agent_trials
        where handle = ${handle} and tenant = ${tenant} and subject = ${subject} and expires_at > now()`)
      return rows[0]
    },
  }
}

function versionOf(row: VersionRow): AgentVersion {
  return {
    version: row.version,
    ...(row.language === null ? {} : { language: row.language }),
    ...(row.note === null ? {} : { note: row.note }),
    savedBy: row.saved_by,
    savedAtMs: row.saved_at_ms,
  }
}
