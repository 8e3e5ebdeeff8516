/** The ears and voices of OpenAI and of servers that imitate it, as slots of a vendor. */

import type { SpeechToText, TextToSpeech } from '@parley/core'
import { z } from 'zod'
import { slot } from '../slot.js'
import type { Slot, VendorContext } from '../vendor.js'
import { fileSttOptions, realtimeSttOptions, realtimeTtsOptions, speechTtsOptions } from './audio-options.js'
import { isHosted, shutdownWarning } from './shutdowns.js'
import { createFileStt } from './stt-file.js'
import { createRealtimeStt } from './stt-realtime.js'
import { createRealtimeTts } from './tts-realtime.js'
import { createSpeechTts } from './tts-speech.js'

const realtime = z.literal('realtime')
const file = z.literal('file')
const speech = z.literal('speech')

/** OpenAI's own is Realtime where nothing else is said; that of others, plain HTTP. */
const openaiSttOptions = z.discriminatedUnion('transport', [
  realtimeSttOptions.extend({ transport: realtime.optional() }),
  fileSttOptions.omit({ profile: true }).extend({ transport: file }),
])
const openaiTtsOptions = z.discriminatedUnion('transport', [
  realtimeTtsOptions.extend({ transport: realtime.optional() }),
  speechTtsOptions.omit({ profile: true, wordTimes: true }).extend({ transport: speech }),
])
const compatibleSttOptions = z.discriminatedUnion('transport', [
  fileSttOptions.extend({ transport: file.optional() }),
  realtimeSttOptions.extend({ transport: realtime }),
])
const compatibleTtsOptions = z.discriminatedUnion('transport', [
  speechTtsOptions
    .extend({ transport: speech.optional() })
    .refine(({ profile, wordTimes }) => !wordTimes || profile === 'kokoro', {
      path: ['wordTimes'],
      message: 'only the profile "kokoro" has times of words',
    }),
  realtimeTtsOptions.extend({ transport: realtime }),
])

export const openaiStt: Slot<SpeechToText> = slot(openaiSttOptions, (options, context) => {
  warnOfEnd(context, options.model === undefined ? [] : [options.model])
  if (options.transport !== 'file') return createRealtimeStt(options, context)
  return createFileStt({ options: { ...options, profile: 'openai' }, context, vendor: 'OpenAI' })
})

export const openaiTts: Slot<TextToSpeech> = slot(openaiTtsOptions, (options, context) => {
  warnOfEnd(context, options.transport === 'speech' ? [options.model, '/audio/speech'] : [options.model])
  if (options.transport !== 'speech') return createRealtimeTts(options, context)
  return createSpeechTts({
    options: { ...options, profile: 'openai', wordTimes: false },
    context,
    vendor: 'OpenAI',
  })
})

const compatible = 'The OpenAI-compatible server'

export const compatibleStt: Slot<SpeechToText> = slot(compatibleSttOptions, (options, context) =>
  options.transport === 'realtime'
    ? createRealtimeStt(options, context)
    : createFileStt({ options, context, vendor: compatible }),
)

export const compatibleTts: Slot<TextToSpeech> = slot(compatibleTtsOptions, (options, context) =>
  options.transport === 'realtime'
    ? createRealtimeTts(options, context)
    : createSpeechTts({ options, context, vendor: compatible }),
)

/** Said when the adapter is made, and only of OpenAI itself. */
function warnOfEnd(context: VendorContext, names: readonly string[]): void {
  const warning = isHosted(context.baseUrl) ? shutdownWarning(names, context.epochMs()) : undefined
  if (warning !== undefined) context.warn(warning)
}
