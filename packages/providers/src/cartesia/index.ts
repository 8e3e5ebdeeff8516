import { slot } from '../slot.js'
import type { Vendor } from '../vendor.js'
import { sttOptions, ttsOptions } from './options.js'
import { cartesiaStt } from './stt.js'
import { cartesiaTts } from './tts.js'

/** Cartesia: Sonic voices and Ink recognisers. */
export const cartesia: Vendor = {
  name: 'cartesia',
  title: 'Cartesia',
  baseUrl: { env: 'CARTESIA_BASE_URL', default: 'https://api.cartesia.ai' },
  key: { env: 'CARTESIA_API_KEY', required: true, looksLike: /^sk_car_/ },
  stt: slot(sttOptions, cartesiaStt),
  tts: slot(ttsOptions, cartesiaTts),
}
