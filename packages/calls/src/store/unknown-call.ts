import { ParleyError } from '@parley/core'

export function unknownCall(): ParleyError {
  return new ParleyError('not_found', 'The call is unknown, was forgotten, or is of another tenant.')
}
