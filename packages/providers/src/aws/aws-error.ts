/**
 * Errors of the AWS SDK as errors of ours. Some services say "slow down" with status 400, and exceptions in an event
 * stream have no status at all, so the name counts first. The SDK's own error is not kept: a refused signature quotes
 * the request with its session token.
 */

import { ParleyError } from '@parley/core'
import { retryAfterMs } from '../wire/retry-after.js'
import { refusalError, unreachableError } from '../wire/vendor-error.js'

/** What is read of an SDK's error. */
interface SdkError {
  readonly name: string
  readonly message: string
  readonly code: unknown
  readonly status: number | undefined
  readonly headers: Readonly<Record<string, string>>
}

const statusOfName: readonly (readonly [RegExp, number])[] = [
  [/throttl|toomanyrequests|limitexceeded|quotaexceeded|slowdown/i, 429],
  [/credential|token|signature|accessdenied|unrecognizedclient|notauthori[sz]ed|optinrequired/i, 403],
  [/serviceunavailable/i, 503],
  [/internal|servicefailure/i, 500],
  [/requesttimeout/i, 408],
  [/textlength/i, 413],
  [/badrequest|validation|conflict|invalid|notsupported|notfound|unsupported|unknownoperation/i, 400],
]

/** `vendor` is its name for people; `epochMs` for waits that are told as dates. */
export function awsError(vendor: string, thrown: unknown, epochMs: number): ParleyError {
  if (thrown instanceof ParleyError) return thrown
  const error = read(thrown)
  if (/region is missing/i.test(error.message))
    return new ParleyError('bad_config', `${vendor} needs a region: set AWS_REGION or the option region.`)
  const status = statusOfName.find(([name]) => name.test(error.name))?.[1] ?? statusOf(error)
  if (status === undefined) return unreachableError(vendor, plain(error))
  const waitMs = retryAfterMs(name => error.headers[name] ?? null, epochMs)
  const body = { message: `${error.name}: ${error.message}` }
  return refusalError(vendor, { status, body, ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }) })
}

/** A status of success with an error means that the body was not of the protocol. */
function statusOf({ status }: SdkError): number | undefined {
  if (status === undefined) return undefined
  return status < 400 ? 502 : status
}

function plain({ name, message, code }: SdkError): Error {
  return new Error(message === '' ? `${name}${typeof code === 'string' ? ` ${code}` : ''}` : message)
}

function read(thrown: unknown): SdkError {
  const fields = (typeof thrown === 'object' && thrown !== null ? thrown : {}) as {
    readonly name?: unknown
    readonly message?: unknown
    readonly code?: unknown
    readonly $metadata?: { readonly httpStatusCode?: number }
    readonly $response?: { readonly headers?: Readonly<Record<string, string>> }
  }
  return {
    name: typeof fields.name === 'string' ? fields.name : 'Error',
    message: typeof fields.message === 'string' ? fields.message : String(thrown),
    code: fields.code,
    status: fields.$metadata?.httpStatusCode,
    headers: fields.$response?.headers ?? {},
  }
}
