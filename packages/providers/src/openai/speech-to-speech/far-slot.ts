import type { SpeechToSpeech } from '@parley/core'
import { slot } from '../../slot.js'
import type { Slot } from '../../vendor.js'
import { isHosted, shutdownWarning } from '../shutdowns.js'
import { createFarModel } from './far-model.js'
import { farOptions } from './far-options.js'

export const openaiRealtime: Slot<SpeechToSpeech> = slot(farOptions, (options, context) => {
  const names = [options.model, ...(options.transcription === undefined ? [] : [options.transcription.model])]
  const warning = isHosted(context.baseUrl) ? shutdownWarning(names, context.epochMs()) : undefined
  if (warning !== undefined) context.warn(warning)
  return createFarModel(options, context)
})
