/** Aura over `/v1/speak`: text is spoken at `Flush`, which a socket takes 20 times a minute. */

import { ParleyError } from '@parley/core'
import { messageIn } from '../wire/vendor-error.js'
import { VENDOR } from './fault.js'
import type { LineMessage } from './line.js'
import type { MouthDialect, MouthMeaning } from './mouth-dialect.js'

export const speakAura: MouthDialect = {
  path: '/v1/speak',
  stop: { type: 'Clear' },
  mostPerMinute: 20,
  announces: false,
  meaning(message): MouthMeaning {
    switch (message.type) {
      case 'Flushed':
        return { kind: 'ends' }
      case 'Cleared':
        return { kind: 'cleared' }
      case 'Warning':
        return warningOf(message)
      default:
        return { kind: 'nothing' }
    }
  },
}

/** A flush over the limit is not carried out, so its clause would never end. */
function warningOf(message: LineMessage): MouthMeaning {
  const error = warningError(message)
  return /flush/i.test(error.message) ? { kind: 'refused', error } : { kind: 'warning', error }
}

export function warningError({ code, description }: LineMessage): ParleyError {
  const said = [messageIn(code), messageIn(description)].filter(text => text !== '').join(', ')
  return new ParleyError('provider_limited', `${VENDOR} warns: ${said || 'of something unnamed'}.`, {
    retryable: true,
  })
}
