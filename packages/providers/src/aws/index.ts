/** Two vendors, since each service of AWS has an address of its own. */

import { slot } from '../slot.js'
import type { Vendor } from '../vendor.js'
import { pollyOptions, transcribeOptions } from './options.js'
import { polly as pollyVoice } from './polly.js'
import { transcribe as transcribeRecogniser } from './transcribe.js'

export const polly: Vendor = {
  name: 'polly',
  title: 'Amazon Polly',
  baseUrl: { env: 'AWS_POLLY_BASE_URL', default: 'https://polly.{region}.amazonaws.com' },
  tts: slot(pollyOptions, (options, context) => pollyVoice(options, context)),
}

export const transcribe: Vendor = {
  name: 'transcribe',
  title: 'Amazon Transcribe',
  baseUrl: {
    env: 'AWS_TRANSCRIBE_BASE_URL',
    default: 'https://transcribestreaming.{region}.amazonaws.com',
  },
  stt: slot(transcribeOptions, (options, context) => transcribeRecogniser(options, context)),
}
