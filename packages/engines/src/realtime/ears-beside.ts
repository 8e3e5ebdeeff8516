/** Our own recogniser beside the model: it hears what the model hears, at its own rate. */

import { defined, type EngineCall } from '@parley/core'
import { type Listening, type ListeningOptions, startListening } from '../cascade/listening.js'
import { atRate } from './far-ears.js'
import type { RealtimeEngineOptions } from './realtime-options.js'

export interface EarsBeside {
  readonly listening: Listening
  readonly hear: Listening['hear']
  close(): void
}

/** None where the agent has none. */
export function listenBeside(
  { ears, resampling }: RealtimeEngineOptions,
  call: EngineCall,
  overheard: ListeningOptions['overheard'],
): EarsBeside | undefined {
  if (ears === undefined) return undefined
  const { stt, grammar, timeoutMs = 1_500 } = ears
  const atItsRate: EngineCall = {
    ...{ session: call.session, language: call.language, clock: call.clock },
    ...defined({ account: call.account }),
    ...{ inputRate: stt.sampleRate, outputRate: call.outputRate },
    history: () => call.history(),
    observe: evidence => call.observe(evidence),
    warn: error => call.warn(error),
  }
  const listening = startListening(atItsRate, {
    ...{ stt, timeoutMs },
    ...(grammar === undefined ? {} : { grammar }),
    ...(overheard === undefined ? {} : { overheard }),
  })
  const input = atRate(stt.sampleRate, resampling, frame => listening.hear(frame))
  return {
    listening,
    hear: input.hear,
    close() {
      listening.close()
      input.close()
    },
  }
}
