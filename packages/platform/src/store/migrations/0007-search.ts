import type { Migration } from './migrations.js'

/**
 * Search in what was said: words as they are, in any language, without stemming, so that Spanish and English are found
 * alike. `parley.folded` is what text and question are compared as: no accents, no punctuation (case is the dictionary's
 * to drop). Its body is plain ASCII, and a database that is not UTF-8 still takes it: accents count there.
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
      generated always as (to_tsvector('simple', parley.folded(coalesce(user_text, '')))) stored`,
    `alter table parley.replies add column said_words tsvector
      generated always as (to_tsvector('simple', parley.folded(coalesce(said, '')))) stored`,
    'create index turns_by_words on parley.turns using gin (user_words)',
    'create index replies_by_words on parley.replies using gin (said_words)',
    'create index sessions_by_agent on parley.sessions (tenant, agent, started_at desc)',
  ],
}
