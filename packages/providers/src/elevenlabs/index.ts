import { slot } from '../slot.js'
import type { Vendor } from '../vendor.js'
import { sttOptions, ttsOptions } from './options.js'
import { elevenLabsStt } from './stt.js'
import { elevenLabsTts } from './tts.js'

/** ElevenLabs: voices over sockets or HTTP, and the realtime recogniser. */
export const elevenLabs: Vendor = {
  name: 'elevenlabs',
  title: 'ElevenLabs',
  baseUrl: { env: 'ELEVENLABS_BASE_URL', default: 'https://api.elevenlabs.io' },
  key: { env: 'ELEVENLABS_API_KEY', required: true },
  stt: slot(sttOptions, elevenLabsStt),
  tts: slot(ttsOptions, elevenLabsTts),
}
