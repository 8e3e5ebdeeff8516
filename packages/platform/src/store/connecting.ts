import { ParleyError } from '@parley/core'

/** How every connection of ours to PostgreSQL is made. */

/** Longer than the server's own limit: only a server that has fallen silent meets it. */
const answerTimeoutMs = 20_000
const connectTimeoutMs = 5_000

/** Settings of a pool of `pg`. @throws ParleyError `bad_config` for a URL that is none */
export function connecting(databaseUrl: string) {
  return {
    connectionString: libpqUrl(databaseUrl),
    connectionTimeoutMillis: connectTimeoutMs,
    query_timeout: answerTimeoutMs,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
  }
}

/** Without this, `pg` 8 reads `prefer`, `require` and `verify-ca` as `verify-full`. */
function libpqUrl(databaseUrl: string): string {
  if (!URL.canParse(databaseUrl) || !/^postgres(ql)?:$/.test(new URL(databaseUrl).protocol)) {
    throw new ParleyError(
      'bad_config',
      'DATABASE_URL is not a PostgreSQL URL: postgres://user:password@host:5432/name?sslmode=require',
    )
  }
  const url = new URL(databaseUrl)
  const mode = url.searchParams.get('sslmode')
  if (mode === 'verify-ca' && !url.searchParams.has('sslrootcert')) {
    throw new ParleyError(
      'bad_config',
      'DATABASE_URL has sslmode=verify-ca without sslrootcert=<file>; add it or use sslmode=verify-full.',
    )
  }
  if (mode !== null && mode !== 'no-verify') url.searchParams.set('uselibpqcompat', 'true')
  return url.href
}
