import type { Migration } from './migrations.js'

/**
 * Calls as work and what hangs on them. The tenant stands on every row; foreign keys hold it to the call's, and row
 * security shows a role that may not bypass it only the rows of `parley.tenant`, or all where `parley.every_tenant` is `on`:
 * both are set for one transaction at a time. Moments are epoch ms, exact as they were given; money is in millionths.
 */

const tenant = 'tenant text not null check (length(tenant) between 1 and 200)'
const id = (name: string) => `${name} text not null check (length(${name}) between 1 and 200)`
const e164 = (name: string) => `${name} ~ '^[+][1-9][0-9]{1,14}$'`
const ofCall = 'foreign key (call_id, tenant) references parley.calls (id, tenant) on delete cascade'

const tables = [
  'campaigns',
  'leads',
  'calls',
  'call_attempts',
  'call_events',
  'carrier_news',
  'call_outcomes',
  'do_not_call',
  'outbox',
  'spend',
  'stream_tickets',
]

/** Forced, because Parley itself owns the tables, and an owner is not held otherwise. */
function isolate(table: string): readonly string[] {
  const seen = `tenant = (select current_setting('parley.tenant', true))
      or (select current_setting('parley.every_tenant', true)) = 'on'`
  return [
    `alter table parley.${table} enable row level security`,
    `alter table parley.${table} force row level security`,
    `create policy tenant_only on parley.${table} using (${seen}) with check (${seen})`,
  ]
}

/** Supabase's web roles; PostgREST reaches them with the key that stands in every browser. */
const shutOut = `do $$
  declare web text;
  begin
    for web in select rolname from pg_roles where rolname in ('anon', 'authenticated') loop
      execute format('revoke all on all tables in schema parley from %I', web);
      execute format('revoke all on schema parley from %I', web);
    end loop;
  end $$`

export const calls: Migration = {
  version: 3,
  name: 'calls',
  statements: [
    `create table parley.campaigns (
      ${tenant},
      ${id('id')},
      name text not null,
      agent text not null,
      from_number text not null check (${e164('from_number')}),
      status text not null check (status in ('running', 'paused', 'cancelled')),
      created_at_ms bigint not null,
      primary key (tenant, id)
    )`,

    `create table parley.leads (
      ${tenant},
      ${id('id')},
      phone text not null check (${e164('phone')}),
      name text,
      status text not null,
      time_zone text,
      fields jsonb not null,
      last_call text,
      created_at_ms bigint not null,
      updated_at_ms bigint not null,
      version integer not null default 1,
      primary key (tenant, id)
    )`,
    'create index leads_by_phone on parley.leads (tenant, phone)',
    'create index leads_by_last_call on parley.leads (tenant, last_call) where last_call is not null',
    'create index leads_by_age on parley.leads (tenant, created_at_ms desc, id desc)',

    // The lead may live in another database, so no key holds it; a campaign is always here.
    `create table parley.calls (
      ${id('id')} primary key,
      ${tenant},
      request_key text check (length(request_key) between 1 and 200),
      direction text not null check (direction in ('inbound', 'outbound')),
      from_number text not null check (${e164('from_number')} or (direction = 'inbound' and from_number = '')),
      to_number text not null check (${e164('to_number')}),
      agent text not null,
      language text,
      lead text,
      campaign text,
      status text not null check (status in ('scheduled', 'queued', 'dialling', 'in-progress', 'completed',
        'unreached', 'failed', 'cancelled')),
      priority integer not null check (priority between 1 and 1000),
      not_before_ms bigint not null,
      attempts integer not null check (attempts >= 0),
      max_attempts integer not null check (max_attempts >= 1),
      answered_by text check (answered_by in ('human', 'machine', 'fax', 'unknown')),
      reason text,
      cancel_reason text,
      facts jsonb not null,
      record boolean not null,
      created_at_ms bigint not null,
      answered_at_ms bigint,
      ended_at_ms bigint,
      talked_seconds integer check (talked_seconds >= 0),
      cost_micros bigint not null default 0,
      finished boolean not null default false,
      version integer not null default 1,
      unique (id, tenant),
      unique (tenant, request_key),
      foreign key (tenant, campaign) references parley.campaigns (tenant, id),
      check ((ended_at_ms is not null) = (status in ('completed', 'unreached', 'failed', 'cancelled')))
    )`,
    'create index calls_by_age on parley.calls (tenant, created_at_ms desc, id desc)',
    `create index calls_by_campaign on parley.calls (tenant, campaign, status) where campaign is not null`,
    `create index calls_by_lead on parley.calls (tenant, lead, created_at_ms desc) where lead is not null`,
    'create index calls_by_from on parley.calls (tenant, from_number)',
    'create index calls_by_to on parley.calls (tenant, to_number)',
    `create index calls_due on parley.calls (priority, not_before_ms, id) where status in ('scheduled', 'queued')`,
    'create index calls_unfinished on parley.calls (ended_at_ms) where not finished and ended_at_ms is not null',
    'create index calls_by_end on parley.calls (ended_at_ms) where ended_at_ms is not null',

    // The sequence numbers are those of the news that told the status and who answered: see the fold of news.
    `create table parley.call_attempts (
      ${id('id')} primary key,
      call_id text not null,
      ${tenant},
      number integer not null check (number >= 1),
      carrier text not null,
      state text not null check (state in ('intended', 'placed', 'ended')),
      carrier_call text,
      status text check (status in ('initiated', 'ringing', 'in-progress', 'completed', 'busy', 'no-answer',
        'failed', 'canceled')),
      status_sequence integer,
      answered_by text check (answered_by in ('human', 'machine', 'fax', 'unknown')),
      answered_by_sequence integer,
      sessions text[] not null default '{}',
      intended_at_ms bigint not null,
      answered_at_ms bigint,
      ended_at_ms bigint,
      duration_seconds integer check (duration_seconds >= 0),
      heard_of_at_ms bigint not null,
      unique (id, tenant),
      unique (call_id, number),
      unique (carrier, carrier_call),
      ${ofCall}
    )`,
    // Whatever a worker believes: no call is dialled twice at once.
    `create unique index one_open_attempt on parley.call_attempts (call_id) where state <> 'ended'`,

    // `seq` is given under a lock that is held until the end of the transaction: who reads on never misses one.
    `create table parley.call_events (
      seq bigint generated always as identity primary key,
      call_id text not null,
      ${tenant},
      at_ms bigint not null,
      kind text not null,
      data jsonb not null,
      ${ofCall}
    )`,
    'create index call_events_by_call on parley.call_events (call_id, seq)',
    'create index call_events_by_tenant on parley.call_events (tenant, seq)',

    `create table parley.carrier_news (
      attempt_id text not null,
      ${id('id')},
      ${tenant},
      at_ms bigint not null,
      primary key (attempt_id, id),
      foreign key (attempt_id, tenant) references parley.call_attempts (id, tenant) on delete cascade
    )`,

    `create table parley.call_outcomes (
      call_id text primary key,
      ${tenant},
      summary text not null,
      result jsonb not null,
      problems jsonb not null,
      sentiment jsonb not null,
      statistics jsonb not null,
      follow_ups jsonb not null,
      made_by text not null,
      made_at_ms bigint not null,
      ${ofCall}
    )`,

    // The number itself is gone where a person was erased; the hash goes on keeping us from calling.
    `create table parley.do_not_call (
      ${tenant},
      phone_hash text not null,
      phone text check (${e164('phone')}),
      reason text,
      at_ms bigint not null,
      primary key (tenant, phone_hash)
    )`,

    `create table parley.outbox (
      ${id('id')} primary key,
      ${tenant},
      call_id text,
      kind text not null check (kind in ('webhook', 'lead')),
      target text not null,
      body jsonb not null,
      at_ms bigint not null,
      next_at_ms bigint,
      tries integer not null default 0,
      problem text,
      sent_at_ms bigint,
      ${ofCall},
      check (sent_at_ms is null or next_at_ms is null)
    )`,
    'create index outbox_due on parley.outbox (next_at_ms) where next_at_ms is not null',
    'create index outbox_dead on parley.outbox (tenant, at_ms) where next_at_ms is null and sent_at_ms is null',
    'create index outbox_by_call on parley.outbox (call_id)',

    // Money stays counted when its call is forgotten: the key is emptied first, the row stays.
    `create table parley.spend (
      ${id('id')} primary key,
      ${tenant},
      call_id text,
      what text not null,
      micros bigint not null check (micros >= 0),
      settled boolean not null,
      at_ms bigint not null,
      foreign key (call_id, tenant) references parley.calls (id, tenant)
    )`,
    'create index spend_by_tenant on parley.spend (tenant, at_ms) include (micros)',
    'create index spend_by_time on parley.spend (at_ms) include (micros)',
    'create index spend_by_call on parley.spend (call_id) include (micros)',

    `create table parley.stream_tickets (
      hash text primary key,
      ${tenant},
      attempt_id text not null,
      ticket jsonb not null,
      expires_at_ms bigint not null,
      foreign key (attempt_id, tenant) references parley.call_attempts (id, tenant) on delete cascade
    )`,
    'create index stream_tickets_by_end on parley.stream_tickets (expires_at_ms)',
    'create index stream_tickets_by_attempt on parley.stream_tickets (attempt_id)',

    ...tables.flatMap(isolate),
    shutOut,
  ],
}
