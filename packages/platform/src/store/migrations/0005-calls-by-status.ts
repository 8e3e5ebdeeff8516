import type { Migration } from './migrations.js'

/** Calls of one status, the newest first: the few that are on are not looked for among all that ever were. */
export const callsByStatus: Migration = {
  version: 5,
  name: 'calls-by-status',
  statements: ['create index calls_by_status on parley.calls (tenant, status, created_at_ms desc, id desc)'],
}
