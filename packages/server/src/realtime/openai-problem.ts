/** Errors as clients of OpenAI read them: `{ error: { message, type, param, code } }`, with the status of our own table. */

import { type ErrorCode, ParleyError } from '@parley/core'
import { statusOf } from '../http/problems.js'

export interface OpenAiProblemBody {
  readonly error: {
    readonly message: string
    readonly type: string
    readonly param: string | null
    readonly code: string
  }
}

/** Codes that clients look at; what is not here has ours. */
const codes: Readonly<Partial<Record<ErrorCode, string>>> = {
  unauthenticated: 'invalid_api_key',
  rate_limited: 'rate_limit_exceeded',
  bad_message: 'invalid_request_error',
  internal: 'server_error',
}

/** The message is for whoever wrote the client; a fault of ours is told without its cause. */
export function openAiProblem(error: ParleyError): {
  readonly status: number
  readonly body: OpenAiProblemBody
} {
  const status = statusOf(error.code)
  const { param, openAiCode } = error.details
  return {
    status,
    body: {
      error: {
        message: error.message,
        type: status >= 500 ? 'server_error' : status === 429 ? 'rate_limit_error' : 'invalid_request_error',
        param: typeof param === 'string' ? param : null,
        code: typeof openAiCode === 'string' ? openAiCode : (codes[error.code] ?? error.code),
      },
    },
  }
}

/** A field of a request is wrong. `code` is OpenAI's, such as `invalid_value`. */
export function badField(param: string, code: string, message: string): ParleyError {
  return new ParleyError('bad_message', message, { details: { param, openAiCode: code } })
}
