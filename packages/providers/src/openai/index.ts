import type { Vendor } from '../vendor.js'
import { openaiStt, openaiTts } from './audio-slots.js'
import { openaiLlm } from './llm.js'
import { openaiRealtime } from './speech-to-speech/far-slot.js'

export const openai: Vendor = {
  name: 'openai',
  title: 'OpenAI',
  baseUrl: { env: 'OPENAI_BASE_URL', default: 'https://api.openai.com/v1' },
  key: { env: 'OPENAI_API_KEY', required: true, looksLike: /^sk-/ },
  stt: openaiStt,
  llm: openaiLlm,
  tts: openaiTts,
  realtime: openaiRealtime,
}
