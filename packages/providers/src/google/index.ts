import { slot } from '../slot.js'
import type { Vendor } from '../vendor.js'
import { ttsOptions } from './options.js'
import { googleTts } from './tts.js'

export const google: Vendor = {
  name: 'google',
  title: 'Google Cloud Text-to-Speech',
  baseUrl: { env: 'GOOGLE_TTS_BASE_URL', default: 'https://texttospeech.googleapis.com' },
  key: { env: 'GOOGLE_API_KEY', required: false, looksLike: /^AIza/ },
  tts: slot(ttsOptions, (options, context) =>
    googleTts(options, context, options.credentialsFile ?? process.env.GOOGLE_APPLICATION_CREDENTIALS),
  ),
}
