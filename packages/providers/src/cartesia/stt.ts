/** The two recogniser sockets of Cartesia: one that is told where speech ends, one that finds turns by itself. */

import type { SpeechToText, SttOptions } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { openHearing } from '../wire/hearing.js'
import { primaryLanguage } from '../wire/primary-language.js'
import { garbageError } from '../wire/vendor-error.js'
import { cartesiaHeaders } from './headers.js'
import { manualEar } from './manual-ear.js'
import type { CartesiaSttOptions } from './options.js'
import { type CartesiaSttMessage, readSttMessage } from './stt-messages.js'
import { cartesiaError } from './tts-events.js'
import { turnsEar } from './turns-ear.js'

/** How long after the last word the vendor ends a turn at the latest, by default. */
const LONGEST_TURN_END_MS = 5_600

export function cartesiaStt(options: CartesiaSttOptions, context: VendorContext): SpeechToText {
  const ear = options.turns === 'turns' ? turnsEar : manualEar
  return {
    name: 'cartesia',
    sampleRate: options.sampleRate,
    open(stt) {
      let onMessage: (message: CartesiaSttMessage) => void = () => {}
      const hearing = openHearing(context, {
        vendor: 'Cartesia',
        path: pathOf(options, stt),
        headers: cartesiaHeaders(options.version),
        connectTimeoutMs: options.connectTimeoutMs,
        finishTimeoutMs: options.finishTimeoutMs,
        pieceMs: options.pieceMs,
        sampleRate: options.sampleRate,
        encode: bytes => bytes,
        emit: event => stt.onEvent(event),
        onText(text) {
          const message = readSttMessage(text)
          if (message === undefined) return hearing.lose(garbageError('Cartesia'))
          if (message.type === 'error') return hearing.lose(cartesiaError(message))
          hearing.fine()
          onMessage(message)
        },
      })
      const made = ear({
        hearing,
        clock: context.clock,
        turnEndWaitMs: options.turnEndWaitMs,
        patienceMs: patienceMs(options),
      })
      onMessage = made.onMessage
      return made.stream
    },
    async close() {},
  }
}

/** A turn may end as late as the vendor's own limit. */
function patienceMs({ finishTimeoutMs, turnEndTimeoutMs }: CartesiaSttOptions): number {
  return Math.max(finishTimeoutMs, (turnEndTimeoutMs ?? LONGEST_TURN_END_MS) + 2_000)
}

function pathOf(options: CartesiaSttOptions, { language }: SttOptions): string {
  const query = new URLSearchParams({
    model: options.model,
    encoding: 'pcm_s16le',
    sample_rate: String(options.sampleRate),
  })
  for (const term of options.keyterms) query.append('keyterm', term)
  if (options.turns === 'manual') {
    query.set('language', primaryLanguage(language))
    return `/stt/websocket?${query}`
  }
  const numbers = {
    turn_start_threshold: options.turnStartThreshold,
    turn_eager_end_threshold: options.turnEagerEndThreshold,
    turn_end_threshold: options.turnEndThreshold,
    turn_end_timeout_ms: options.turnEndTimeoutMs,
  }
  for (const [name, value] of Object.entries(numbers)) if (value !== undefined) query.set(name, String(value))
  return `/stt/turns/websocket?${query}`
}
