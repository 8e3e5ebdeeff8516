/** A voice of Deepgram's: clauses over warm sockets, without times of words, for Deepgram gives none. */

import { ParleyError, type SpeechPart, type SpeechRequest, type TextToSpeech } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { type PartQueue, partQueue } from '../wire/part-queue.js'
import { isSpeakable, silentError } from '../wire/vendor-error.js'
import { VENDOR } from './fault.js'
import { openMouth } from './mouth.js'
import { mouths } from './mouths.js'
import { type DeepgramTtsOptions, isFluxTts } from './options.js'
import { paceOf } from './pace.js'
import { speakAura } from './speak-aura.js'
import { speakFlux } from './speak-flux.js'
import { textPieces } from './text-pieces.js'

/** Longest text of one message, in characters. */
const MAX_TEXT = 2_000
/** Pieces of sound that may wait to be drawn. */
const MAX_PARTS = 20_000
const speakable = /[\p{L}\p{N}\p{S}]/u

const fluxRange = { least: 0.5, most: 1.5 }
const auraRange = { least: 0.7, most: 1.5 }

export function createTts(settings: DeepgramTtsOptions, context: VendorContext): TextToSpeech {
  const isFlux = isFluxTts(settings)
  const dialect = isFlux ? speakFlux : speakAura
  const sockets = mouths(
    settings.keepOpen,
    ({ model, speed }, events) =>
      openMouth({
        context,
        dialect,
        speed,
        query: {
          model,
          encoding: 'linear16',
          sample_rate: settings.sampleRate,
          speed: speed === 1 ? undefined : speed,
          expressivity: settings.expressivity,
          mip_opt_out: settings.mipOptOut,
          tag: settings.tags,
        },
        connectTimeoutMs: settings.connectTimeoutMs,
        firstTimeoutMs: settings.firstTimeoutMs,
        idleTimeoutMs: settings.idleTimeoutMs,
        ...events,
      }),
    error => context.warn(error),
  )

  function speedOf(model: string, { expression }: SpeechRequest): number {
    const isMoved = settings.expressive ?? (isFlux || takesSpeed(model))
    return paceOf(settings.speed, isMoved ? expression : undefined, isFlux ? fluxRange : auraRange)
  }

  function begin(request: SpeechRequest, queue: PartQueue<SpeechPart>): () => void {
    const model = request.voice ?? settings.model
    const speed = speedOf(model, request)
    // Flux changes its pace on the way; Aura has it for the whole connection.
    const mouth = sockets.take({ model, speed: isFlux ? settings.speed : speed })
    const isPaceNew = mouth.speed !== speed
    mouth.speed = speed
    let isSilent = true
    return mouth.say({
      messages: [
        ...(isPaceNew ? [{ type: 'Configure', speed }] : []),
        ...textPieces(request.text, MAX_TEXT).map(text => ({ type: 'Speak', text })),
        { type: 'Flush' },
      ],
      onSound(samples) {
        isSilent = false
        queue.push({ kind: 'audio', samples })
      },
      onDone(counted) {
        if (isSilent && isSpeakable(request.text)) return queue.fail(silentError(VENDOR))
        queue.push({ kind: 'usage', characters: counted ?? [...request.text].length })
        queue.end()
      },
      onFailed: error => queue.fail(error),
    })
  }

  return {
    name: `deepgram/${settings.model}`,
    sampleRate: settings.sampleRate,
    languages: settings.languages ?? languagesOf(settings.model),
    async *speak(request, signal) {
      if (signal.aborted || !speakable.test(request.text)) return
      const queue = partQueue<SpeechPart>(MAX_PARTS, tooMuch)
      const stop = begin(request, queue)
      const abort = () => {
        stop()
        queue.end()
      }
      signal.addEventListener('abort', abort, { once: true })
      try {
        yield* queue
      } finally {
        signal.removeEventListener('abort', abort)
        stop()
      }
    },
    warm: () => sockets.warm({ model: settings.model, speed: settings.speed }),
    async close() {
      sockets.close()
    },
  }
}

/** The second generation of Aura, in English and Spanish; a speed makes others refuse the connection. */
function takesSpeed(model: string): boolean {
  return /^aura-2-.+-(en|es)$/.test(model)
}

function languagesOf(model: string): readonly string[] {
  const language = /-([a-z]{2})$/.exec(model)?.[1]
  return [language ?? '*']
}

function tooMuch(): ParleyError {
  return new ParleyError('too_large', `Too much sound of ${VENDOR} waits to be spoken.`)
}
