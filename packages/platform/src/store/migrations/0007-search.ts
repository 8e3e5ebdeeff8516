import type { Migration } from './migrations.js'

/**
 * Search in what was said: words as they are, in any language, without stemming, so that Spanish and English are found
 * alike. `parley.folded` is what text and question are compared as: no accents, no punctuation (case is the dictionary's
 * to drop). Its body is plain ASCII, and a database that is not UTF-8 still takes it: accents count there. Only so much of a
 * text is searched that its words fit into a `tsvector`, 1 MB: a row that is too long for one would not be stored at all.
 */
export const search: Migration = {
  version: 7,
  name: 'search',
  statements: [
    `create function parley.folded(said text) returns text language sql immutable strict parallel safe as $$
      select case when current_setting('server_encoding') <> 'UTF8' then said
        else regexp_replace(
          regexp_replace(normalize(said, NFKD), '[\\u0300-\\u036f]+', '', 'g'),
          '[\\u0001-\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u00bf\\u2010-\\u205e\\u3000-\\u3003]+', ' ', 'g')
        end $$`,
    `alter table parley.turns add column user_words tsvector
      generated always as (to_tsvector('simple', left(parley.folded(coalesce(user_text, '')), 100000))) stored`,
    `alter table parley.replies add column said_words tsvector
      generated always as (to_tsvector('simple', left(parley.folded(coalesce(said, '')), 100000))) stored`,
    'create index turns_by_words on parley.turns using gin (user_words)',
    'create index replies_by_words on parley.replies using gin (said_words)',
    'create index sessions_by_agent on parley.sessions (tenant, agent, started_at desc)',

    // Figures: who made the stages of a conversation, and what sums read without opening the rows that hold the words.
    'alter table parley.sessions add column providers jsonb',
    // Durations of the ledger's stages by their mark, in the order of marks: to read them from the ledger costs six times that.
    `alter table parley.replies add column ledger_stages_ms double precision[],
      add column ledger_first_token_ms double precision`,
    `update parley.replies set
      ledger_stages_ms = (select array_agg((x.stage ->> 'durationMs')::float8 order by mark.place)
        from unnest(array['last-voice', 'endpoint', 'final-text', 'context', 'decision', 'first-token', 'first-clause',
          'first-voice', 'first-sent', 'first-heard']) with ordinality mark(name, place)
        left join jsonb_array_elements(ledger -> 'stages') x(stage) on x.stage ->> 'stage' = mark.name),
      ledger_first_token_ms = (select (x.stage ->> 'startMs')::float8 + (x.stage ->> 'durationMs')::float8
        from jsonb_array_elements(ledger -> 'stages') x(stage) where x.stage ->> 'stage' = 'first-token' limit 1)
      where ledger is not null`,
    `create index turns_for_figures on parley.turns (tenant, session_id)
      include (id, user_at_ms, user_origin, user_start_ms, user_end_ms)`,
    `create index replies_for_figures on parley.replies (tenant, session_id)
      include (id, turn_id, first_at_ms, ended_at_ms, heard_ms, interrupted, ledger_total_ms)`,
    `create index session_events_for_figures on parley.session_events (tenant, session_id, kind)
      where kind in ('judged', 'ducked', 'turn-committed', 'turn-reopened', 'reply-prepared', 'reply-discarded',
        'reply-made', 'tool-called', 'filler', 'recovered')`,
  ],
}
