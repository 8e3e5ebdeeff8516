import type { Vendor } from '../vendor.js'
import { anthropicLlm } from './llm.js'

/** Anthropic: minds only. */
export const anthropic: Vendor = {
  name: 'anthropic',
  title: 'Anthropic',
  baseUrl: { env: 'ANTHROPIC_BASE_URL', default: 'https://api.anthropic.com' },
  key: { env: 'ANTHROPIC_API_KEY', required: true, looksLike: /^sk-ant-/ },
  llm: anthropicLlm,
}
