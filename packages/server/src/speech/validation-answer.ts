/** Everything that is wrong with a request at once, as `{ errors: [...] }`, in the shape that express-validator made usual. */

import type { FastifyError } from 'fastify'
import { type Invalid, wantedText } from './synthesize-schemas.js'

/** Undefined for what is no mistake of the request's form. */
export function invalidOf(error: FastifyError): readonly Invalid[] | undefined {
  const { validation, validationContext } = error
  if (validation !== undefined) {
    const location = validationContext === 'querystring' ? 'query' : 'body'
    const found = validation.map(({ instancePath, message = 'is wrong' }) =>
      wrong(location, instancePath.split('/').filter(Boolean).join('.'), message),
    )
    // A field may break several rules; the first says it all.
    return found.filter(({ path }, at) => found.findIndex(other => other.path === path) === at)
  }
  switch (error.code) {
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return [wrong('headers', 'content-type', 'must be application/json')]
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return [wrong('body', '', 'must be a JSON object')]
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return [wrong('body', '', 'must be JSON')]
    // Nothing else of a body can be that long.
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return [wrong('body', 'text', wantedText)]
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return [wrong('headers', 'content-length', 'must be the length of the body')]
    default:
      return undefined
  }
}

export function wrong(location: Invalid['location'], path: string, msg: string): Invalid {
  return { type: path === '' ? 'request' : 'field', path, msg, location }
}
