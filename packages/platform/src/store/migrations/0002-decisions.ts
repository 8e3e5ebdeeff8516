import type { Migration } from './migrations.js'

/** Who decided what a reply said, where that was not the engine's own model. It belongs to the end of the reply. */
export const decisions: Migration = {
  version: 2,
  name: 'decisions',
  statements: ['alter table parley.replies add column decision jsonb'],
}
