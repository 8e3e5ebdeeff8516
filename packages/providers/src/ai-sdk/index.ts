import type { Vendor } from '../vendor.js'
import { aiSdkLlm } from './llm.js'

/** Whatever has a provider for the AI SDK; the SDK is optional and loaded on demand. */
export const aiSdk: Vendor = {
  name: 'ai-sdk',
  title: 'AI SDK',
  key: { env: 'AI_SDK_API_KEY', required: false },
  llm: aiSdkLlm,
}
