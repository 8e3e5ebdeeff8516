import type { Migration } from './migrations.js'

/**
 * Agents written in the console. Each save is a version and stays; the published one, if any, stands in the place of the
 * file of that name for its tenant alone. `latest` only grows, also when all versions were deleted, so that a number
 * names the same text for ever. Trials are texts that one person talks to before they are saved.
 */
export const agents: Migration = {
  version: 9,
  name: 'agents',
  statements: [
    `create table parley.agent_versions (
      tenant text not null check (length(tenant) between 1 and 200),
      agent text not null check (length(agent) between 1 and 100),
      version integer not null check (version > 0),
      yaml text not null check (length(yaml) <= 262144),
      language text,
      note text,
      saved_by text not null,
      saved_at_ms bigint not null,
      primary key (tenant, agent, version)
    )`,
    `create table parley.agents (
      tenant text not null,
      agent text not null,
      latest integer not null,
      published integer,
      changed_by text not null,
      changed_at_ms bigint not null,
      primary key (tenant, agent),
      foreign key (tenant, agent, published) references parley.agent_versions (tenant, agent, version)
    )`,
    `create table parley.agent_trials (
      handle text primary key,
      tenant text not null,
      subject text not null,
      agent text not null,
      yaml text not null check (length(yaml) <= 262144),
      expires_at timestamptz not null
    )`,
    'create index agent_trials_by_subject on parley.agent_trials (tenant, subject, expires_at)',
  ],
}
