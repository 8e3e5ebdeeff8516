import type { Migration } from './migrations.js'

/**
 * Recordings of conversations: the row says what there is and until when; the sound is on a shelf (a folder or an object
 * store), sealed under a key of its own. Those keys stand here wrapped, of conversations and of phone calls alike: without its
 * key a recording cannot be read, and is gone. A share is known by the hash of its secret.
 */
export const recordings: Migration = {
  version: 6,
  name: 'recordings',
  statements: [
    `create table parley.recordings (
      session_id text primary key check (length(session_id) between 1 and 200),
      tenant text not null check (length(tenant) between 1 and 200),
      subject text not null,
      status text not null
        check (status in ('waiting', 'recording', 'finishing', 'ready', 'failed', 'deleted')),
      consent text not null check (consent in ('announced', 'asked', 'granted', 'refused')),
      node text not null,
      sample_rate integer not null check (sample_rate > 0),
      started_at_ms bigint,
      offset_ms double precision,
      duration_ms double precision check (duration_ms >= 0),
      formats text not null default '',
      retain_until_ms bigint,
      problem text,
      updated_at timestamptz not null default now(),
      foreign key (session_id, tenant) references parley.sessions (id, tenant),
      unique (session_id, tenant)
    )`,
    'create index recordings_by_status on parley.recordings (status, updated_at)',
    'create index recordings_by_retention on parley.recordings (retain_until_ms) where retain_until_ms is not null',
    `create table parley.recording_keys (
      tenant text not null check (length(tenant) between 1 and 200),
      id text not null check (length(id) between 1 and 200),
      wrapped text not null,
      key_name text not null,
      made_at timestamptz not null default now(),
      primary key (tenant, id)
    )`,
    `create table parley.recording_shares (
      secret_hash text primary key,
      session_id text not null,
      tenant text not null,
      created_by text not null,
      created_at_ms bigint not null,
      expires_at_ms bigint not null,
      revoked_at_ms bigint,
      foreign key (session_id, tenant) references parley.recordings (session_id, tenant) on delete cascade
    )`,
    'create index recording_shares_by_session on parley.recording_shares (session_id)',
  ],
}
