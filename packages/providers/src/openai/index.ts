import type { Vendor } from '../vendor.js'
import { openaiLlm } from './llm.js'

/** OpenAI. Its ears and voices stand in `audio-slots.ts`. */
export const openai: Vendor = {
  name: 'openai',
  title: 'OpenAI',
  baseUrl: { env: 'OPENAI_BASE_URL', default: 'https://api.openai.com/v1' },
  key: { env: 'OPENAI_API_KEY', required: true, looksLike: /^sk-/ },
  llm: openaiLlm,
}
