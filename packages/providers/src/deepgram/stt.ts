import type { SpeechToText, SttStream } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { openHearing } from './hearing.js'
import { listenFlux } from './listen-flux.js'
import { listenV1 } from './listen-v1.js'
import { type DeepgramSttOptions, isFluxStt } from './options.js'

/** A recogniser with one connection for each stream, made when it is opened. */
export function createStt(settings: DeepgramSttOptions, context: VendorContext): SpeechToText {
  const listen = isFluxStt(settings) ? listenFlux : listenV1
  const streams = new Set<SttStream>()
  return {
    name: `deepgram/${settings.model}`,
    sampleRate: settings.sampleRate,
    open(stt) {
      const stream = openHearing({
        context,
        settings,
        stt,
        dialect: hearing => listen(hearing, settings, { language: stt.language, now: () => stt.clock.now() }),
        onEnd: () => streams.delete(stream),
      })
      streams.add(stream)
      return stream
    },
    async close() {
      for (const stream of streams) stream.close()
    },
  }
}
