import { slot } from '../slot.js'
import type { Vendor } from '../vendor.js'
import { createLiveModel } from './live-model.js'
import { liveOptions } from './options.js'

/** A vendor of its own: it shares key and address with `openai` and nothing else. */
export const openaiLive: Vendor = {
  name: 'openai-live',
  title: 'OpenAI Live',
  baseUrl: { env: 'OPENAI_BASE_URL', default: 'https://api.openai.com/v1' },
  key: { env: 'OPENAI_API_KEY', required: true, looksLike: /^sk-/ },
  live: slot(liveOptions, createLiveModel),
}
