/** Token counts that are plausible and add up; nobody bills by them. */

import { type RealtimeItem, wordsOf } from './conversation.js'
import type { ResponseRequest } from './response-request.js'

/** The vendor counts 1 token of output audio for 50 ms. */
const AUDIO_TOKEN_MS = 50

export function responseUsage(request: ResponseRequest, output: readonly RealtimeItem[], soundMs: number) {
  const inputText = textTokens(request.instructions + (request.input ?? []).map(wordsOf).join(' '))
  const outputText = textTokens(output.map(wordsOf).join(' '))
  const outputAudio = Math.round(soundMs / AUDIO_TOKEN_MS)
  return {
    total_tokens: inputText + outputText + outputAudio,
    input_tokens: inputText,
    output_tokens: outputText + outputAudio,
    input_token_details: {
      text_tokens: inputText,
      audio_tokens: 0,
      image_tokens: 0,
      cached_tokens: 0,
      cached_tokens_details: { text_tokens: 0, audio_tokens: 0, image_tokens: 0 },
    },
    output_token_details: { text_tokens: outputText, audio_tokens: outputAudio },
  }
}

export function rateLimits(used: number) {
  return {
    rate_limits: [
      { name: 'requests', limit: 1_000, remaining: 999, reset_seconds: 60 },
      { name: 'tokens', limit: 50_000, remaining: Math.max(0, 50_000 - used), reset_seconds: 60 },
    ],
  }
}

export function textTokens(text: string): number {
  return Math.ceil(text.length / 4)
}
