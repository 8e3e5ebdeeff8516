import type { Migration } from './migrations.js'

/**
 * Search in what was said: words as they are, in any language, without stemming, so that Spanish and English are found
 * alike. Sessions can be asked for by what they were.
 */
export const search: Migration = {
  version: 7,
  name: 'search',
  statements: [
    `alter table parley.turns add column user_words tsvector
      generated always as (to_tsvector('simple', coalesce(user_text, ''))) stored`,
    `alter table parley.replies add column said_words tsvector
      generated always as (to_tsvector('simple', coalesce(said, ''))) stored`,
    'create index turns_by_words on parley.turns using gin (user_words)',
    'create index replies_by_words on parley.replies using gin (said_words)',
    'create index sessions_by_agent on parley.sessions (tenant, agent, started_at desc)',
  ],
}
