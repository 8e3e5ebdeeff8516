import type { Migration } from './migrations.js'

/**
 * Where conversations stand that are being held, written four times a second by their nodes. Unlogged: it costs the
 * database's log nothing, and what a crash of the database empties is written again by whoever lives. One statement writes
 * all of a node's, so row security would only have to be lifted; each statement names the tenant. `taken_at` is when a node
 * took it that has written nothing since; without a `body` it is over.
 */
export const snapshots: Migration = {
  version: 4,
  name: 'snapshots',
  statements: [
    `create unlogged table parley.snapshots (
      session_id text primary key check (length(session_id) between 1 and 200),
      tenant text not null check (length(tenant) between 1 and 200),
      owner text not null check (length(owner) between 1 and 200),
      body text,
      taken_at timestamptz,
      expires_at timestamptz not null
    ) with (fillfactor = 50)`,
    'create index snapshots_by_end on parley.snapshots (expires_at)',
  ],
}
