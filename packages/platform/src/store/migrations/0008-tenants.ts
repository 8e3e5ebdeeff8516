import type { Migration } from './migrations.js'

/**
 * What a tenant may and wants (`policy`, checked by its reader), and the keys it gave out. Of a key only the hash of its
 * secret is kept; its id stands in the token and names it wherever people see it.
 */
export const tenants: Migration = {
  version: 8,
  name: 'tenants',
  statements: [
    `create table parley.tenants (
      tenant text primary key check (length(tenant) between 1 and 200),
      name text,
      policy jsonb not null default '{}',
      updated_by text not null,
      updated_at timestamptz not null default now()
    )`,
    `create table parley.api_keys (
      id text primary key,
      tenant text not null check (length(tenant) between 1 and 200),
      name text not null check (length(name) between 1 and 100),
      secret_hash text not null unique,
      scopes text[] not null,
      created_by text not null,
      created_at_ms bigint not null,
      expires_at_ms bigint,
      last_used_at_ms bigint,
      revoked_at_ms bigint
    )`,
    'create index api_keys_by_tenant on parley.api_keys (tenant, created_at_ms desc)',
  ],
}
