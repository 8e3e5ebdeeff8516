import { compatibleStt, compatibleTts } from '../openai/audio-slots.js'
import { openaiRealtime } from '../openai/speech-to-speech/far-slot.js'
import type { Vendor } from '../vendor.js'
import { compatibleLlm } from './llm.js'

/** Any server that speaks OpenAI's protocols. */
export const openaiCompatible: Vendor = {
  name: 'openai-compatible',
  title: 'OpenAI-compatible server',
  baseUrl: { env: 'OPENAI_COMPATIBLE_BASE_URL', default: 'http://localhost:11434/v1' },
  key: { env: 'OPENAI_COMPATIBLE_API_KEY', required: false },
  stt: compatibleStt,
  llm: compatibleLlm,
  tts: compatibleTts,
  realtime: openaiRealtime,
}
