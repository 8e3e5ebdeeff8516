/** Deepgram: listening with Nova (`/v1/listen`) and Flux (`/v2/listen`), speaking with Aura and Flux. */

import { slot } from '../slot.js'
import type { Vendor } from '../vendor.js'
import { sttOptions, ttsOptions } from './options.js'
import { createStt } from './stt.js'
import { createTts } from './tts.js'

export const deepgram: Vendor = {
  name: 'deepgram',
  title: 'Deepgram',
  baseUrl: { env: 'DEEPGRAM_BASE_URL', default: 'https://api.deepgram.com' },
  key: { env: 'DEEPGRAM_API_KEY', required: true },
  stt: slot(sttOptions, createStt),
  tts: slot(ttsOptions, createTts),
}
