import { type ErrorCode, errorCodes, ParleyError } from '@parley/core'

/**
 * Turns what a database, its driver or the file system throws into a `ParleyError` that says what to do.
 * It never carries a statement, its parameters or a connection string: those hold what people said, and secrets.
 */

/** Wraps a fault of either database. A `ParleyError` passes unchanged. */
export function asStoreError(thrown: unknown): ParleyError {
  if (thrown instanceof ParleyError) return thrown
  const { code, message } = faultOf(thrown)
  const kind = classify(code, message)
  const text = sentences[kind.hint ?? ''] ?? errorCodes[kind.error]
  return new ParleyError(kind.error, `${text} (${message})`, {
    cause: thrown,
    retryable: kind.retryable,
    details: code === undefined ? {} : { reason: code },
  })
}

/** Wraps what the file system said about a data folder. A `ParleyError` passes unchanged. */
export function asFolderError(thrown: unknown, folder: string): ParleyError {
  const error = asStoreError(thrown)
  if (error === thrown || error.code === 'store_full') return error
  const { code, message } = faultOf(thrown)
  return new ParleyError(
    'store_unavailable',
    `The data folder ${folder} cannot be used; change its owner or set another PARLEY_DATA_DIR. (${message})`,
    { cause: thrown, details: { folder, ...(code === undefined ? {} : { reason: code }) } },
  )
}

/** Whether the failing rows themselves are at fault, so that their neighbours in the batch may still go in. */
export function blamesData(error: ParleyError): boolean {
  const reason = error.details.reason
  return error.code === 'store_failed' && typeof reason === 'string' && /^(2[23]|54000)/.test(reason)
}

/** Whether the connection the fault came through must not be used again. */
export function breaksConnection(thrown: unknown): boolean {
  const { code, message } = faultOf(thrown)
  return code === undefined ? connectionLost.test(message) : /^(08|57P|25P03|E[A-Z]+$)/.test(code)
}

interface Fault {
  readonly code: string | undefined
  readonly message: string
}

function faultOf(thrown: unknown): Fault {
  if (!(thrown instanceof Error)) return { code: undefined, message: String(thrown) }
  const code = 'code' in thrown && typeof thrown.code === 'string' ? thrown.code : undefined
  // A refused connection to several addresses comes as an AggregateError without a message of its own.
  const message = thrown.message === '' ? (code ?? thrown.name) : thrown.message
  return { code, message }
}

interface Kind {
  readonly error: ErrorCode
  readonly retryable: boolean
  readonly hint?: keyof typeof sentences
}

const sentences: Readonly<Record<string, string>> = {
  unmigrated: 'The database has no Parley schema; run `parley db migrate`.',
  credentials: 'The database refused the user, password or database name; check DATABASE_URL.',
  permission: 'The database user may not do this; grant it rights on the schema `parley`.',
  encryption: 'The database server and `sslmode` in DATABASE_URL do not agree about encryption.',
}

const diskFull = /No space left on device|ENOSPC|disk quota exceeded/i
const connectionLost =
  /connection (terminated|ended|closed)|timeout exceeded when trying to connect|read timeout|not queryable|connection error/i
const noEncryption = /does not support SSL|CERT|UNABLE_TO_(GET|VERIFY)|ERR_(TLS|SSL)/
const unreachable = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN)$/

function classify(code: string | undefined, message: string): Kind {
  if (code === '53100' || code === 'ENOSPC' || code === 'EDQUOT' || diskFull.test(message)) {
    return { error: 'store_full', retryable: true }
  }
  if (noEncryption.test(`${code} ${message}`)) {
    return { error: 'store_unavailable', retryable: false, hint: 'encryption' }
  }
  if (code === undefined) {
    return connectionLost.test(message)
      ? { error: 'store_unavailable', retryable: true }
      : { error: 'store_failed', retryable: false }
  }
  if (unreachable.test(code)) return { error: 'store_unavailable', retryable: true }
  return classifyState(code)
}

/** By SQLSTATE. */
function classifyState(state: string): Kind {
  if (/^(42P01|3F000)$/.test(state)) return { error: 'store_failed', retryable: false, hint: 'unmigrated' }
  if (state === '42501') return { error: 'store_failed', retryable: false, hint: 'permission' }
  if (/^(28|3D000)/.test(state)) return { error: 'store_unavailable', retryable: false, hint: 'credentials' }
  // Lost connections, a server going down or full, deadlocks, timeouts, a server that fell back to read-only, and a
  // transaction that its server took back because we stood still.
  if (/^(08|57|53|40|55P03|25006|25P03)/.test(state)) return { error: 'store_unavailable', retryable: true }
  return { error: 'store_failed', retryable: false }
}
