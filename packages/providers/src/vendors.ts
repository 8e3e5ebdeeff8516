/** The registry: every vendor that configuration can name, a line each. */

import { aiSdk } from './ai-sdk/index.js'
import { anthropic } from './anthropic/index.js'
import { polly, transcribe } from './aws/index.js'
import { cartesia } from './cartesia/index.js'
import { deepgram } from './deepgram/index.js'
import { elevenLabs } from './elevenlabs/index.js'
import { google } from './google/index.js'
import { openai } from './openai/index.js'
import { openaiCompatible } from './openai-compatible/index.js'
import { openaiLive } from './openai-live/index.js'
import { sherpa } from './sherpa/index.js'
import type { Vendor } from './vendor.js'

/** In the order in which people are shown them. */
export const vendors: readonly Vendor[] = [
  deepgram,
  openai,
  openaiLive,
  anthropic,
  cartesia,
  elevenLabs,
  google,
  polly,
  transcribe,
  openaiCompatible,
  aiSdk,
  sherpa,
]
