/** Flux over `/v2/speak`: a clause is a turn with a name, which says when its sound begins and ends and what it costs. */

import { ParleyError } from '@parley/core'
import { messageIn } from '../wire/vendor-error.js'
import { VENDOR } from './fault.js'
import type { LineMessage } from './line.js'
import type { MouthDialect, MouthMeaning } from './mouth-dialect.js'

/** Warnings that mean: the interrupt was not taken, or there was nothing left to interrupt. */
const stuck = ['NO_AUDIO_GENERATED', 'INTERRUPT_IN_PROGRESS', 'INVALID_INTERRUPT_OFFSET', 'NO_ACTIVE_SPEECH']

export const speakFlux: MouthDialect = {
  path: '/v2/speak',
  readyOn: 'Connected',
  stop: { type: 'Interrupt' },
  mostPerMinute: Number.POSITIVE_INFINITY,
  announces: true,
  meaning(message): MouthMeaning {
    const speech = String(message.speech_id)
    switch (message.type) {
      case 'SpeechStarted':
        return { kind: 'begins', speech }
      case 'Flushed':
        return { kind: 'ends', speech }
      case 'SpeechMetadata': {
        const characters = message.billable_character_count
        return typeof characters === 'number' ? { kind: 'billed', speech, characters } : { kind: 'nothing' }
      }
      case 'SpeechInterrupted':
        return { kind: 'cleared' }
      case 'ConfigureFailure':
        return { kind: 'warning', error: warningOf(message, 'provider_rejected') }
      case 'Warning':
        if (stuck.includes(String(message.code))) return { kind: 'stuck' }
        if (message.code === 'NO_SYNTHESIZABLE_TEXT') return { kind: 'silent' }
        if (message.code === 'SYNTHESIS_RETRYING') return { kind: 'nothing' }
        return { kind: 'warning', error: warningOf(message, 'provider_failed') }
      default:
        return { kind: 'nothing' }
    }
  },
}

function warningOf(
  { code, description }: LineMessage,
  kind: 'provider_rejected' | 'provider_failed',
): ParleyError {
  const said = [messageIn(code), messageIn(description)].filter(text => text !== '').join(', ')
  return new ParleyError(kind, `${VENDOR} warns: ${said || 'of something unnamed'}.`)
}
