import type { Migration } from './migrations.js'

/**
 * What conversations used of their providers, in the units of vendors and never in money. A row has the sums of one process
 * (`run`), which only grow: a conversation that went on elsewhere has rows of both. They go with their session; the tenant is
 * held to the session's by a foreign key. `keeps_usage` tells a conversation that used nothing from one of which nobody counted.
 */
export const usage: Migration = {
  version: 10,
  name: 'usage',
  statements: [
    'alter table parley.sessions add column keeps_usage boolean not null default false',
    `create table parley.session_usage (
      session_id text not null,
      run text not null check (length(run) between 1 and 200),
      slot text not null check (slot in ('stt', 'llm', 'tts', 'realtime', 'live')),
      provider text not null check (length(provider) between 1 and 200),
      model text not null default '' check (length(model) <= 200),
      tenant text not null,
      audio_ms double precision not null check (audio_ms >= 0),
      characters double precision not null check (characters >= 0),
      input_tokens double precision not null check (input_tokens >= 0),
      output_tokens double precision not null check (output_tokens >= 0),
      cached_tokens double precision not null check (cached_tokens >= 0),
      wasted_audio_ms double precision not null,
      wasted_characters double precision not null,
      wasted_input_tokens double precision not null,
      wasted_output_tokens double precision not null,
      wasted_cached_tokens double precision not null,
      requests integer not null check (requests >= 0),
      uncounted integer not null check (uncounted between 0 and requests),
      primary key (session_id, run, slot, provider, model),
      foreign key (session_id, tenant) references parley.sessions (id, tenant) on delete cascade
    )`,
  ],
}
