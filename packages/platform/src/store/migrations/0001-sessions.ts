import type { Migration } from './migrations.js'

/**
 * Sessions, turns, replies and the session log. Ids come from the sessions and are unique there; the tenant stands
 * on every row and is held to the session's by a foreign key. Moments inside a session are ms since it began.
 */
export const sessions: Migration = {
  version: 1,
  name: 'sessions',
  statements: [
    `create table parley.sessions (
      id text primary key check (length(id) between 1 and 200),
      tenant text not null check (length(tenant) between 1 and 200),
      agent text not null,
      language text not null,
      edge text not null,
      started_at timestamptz not null,
      ended_at timestamptz,
      end_reason text,
      created_at timestamptz not null default now(),
      unique (id, tenant),
      check ((ended_at is null) = (end_reason is null))
    )`,
    `create index sessions_by_tenant on parley.sessions (tenant, started_at desc, id desc)`,

    // A turn may be known by its reply before its text; `user_at_ms` is when that text was final.
    `create table parley.turns (
      session_id text not null,
      id text not null check (length(id) between 1 and 200),
      tenant text not null,
      first_at_ms double precision not null,
      user_text text,
      user_origin text check (user_origin in ('speech', 'text')),
      user_start_ms double precision,
      user_end_ms double precision,
      user_at_ms double precision,
      created_at timestamptz not null default now(),
      primary key (session_id, id),
      foreign key (session_id, tenant) references parley.sessions (id, tenant) on delete cascade,
      check (num_nulls(user_text, user_origin, user_start_ms, user_end_ms, user_at_ms) in (0, 5))
    )`,

    // Its end and its ledger arrive separately, in any order.
    `create table parley.replies (
      session_id text not null,
      id text not null check (length(id) between 1 and 200),
      turn_id text not null,
      tenant text not null,
      first_at_ms double precision not null,
      said text,
      heard_text text,
      heard_ms double precision check (heard_ms >= 0),
      heard_complete boolean,
      heard_source text check (heard_source in ('reported', 'estimated')),
      heard_error_ms double precision check (heard_error_ms >= 0),
      interrupted boolean,
      state jsonb,
      ended_at_ms double precision,
      ledger jsonb,
      ledger_total_ms double precision,
      ledger_at_ms double precision,
      created_at timestamptz not null default now(),
      primary key (session_id, id),
      foreign key (session_id, turn_id) references parley.turns (session_id, id) on delete cascade,
      foreign key (session_id, tenant) references parley.sessions (id, tenant) on delete cascade,
      check (num_nulls(said, heard_text, heard_ms, heard_complete, heard_source, heard_error_ms, interrupted,
        ended_at_ms) in (0, 8)),
      check (num_nulls(ledger, ledger_total_ms, ledger_at_ms) in (0, 3))
    )`,
    `create index replies_by_turn on parley.replies (session_id, turn_id)`,

    `create table parley.session_events (
      session_id text not null,
      seq integer not null check (seq >= 0),
      tenant text not null,
      at_ms double precision not null,
      kind text not null,
      event jsonb not null,
      primary key (session_id, seq),
      foreign key (session_id, tenant) references parley.sessions (id, tenant) on delete cascade
    )`,
  ],
}
