/** Token counts that are plausible and add up; nobody bills by them. */

import { type RealtimeItem, wordsOf } from './conversation.js'
import type { RealtimeQuirks } from './realtime-quirks.js'
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

/** `used` in tokens. */
export function rateLimits(used: number, left: RealtimeQuirks['left']) {
  const { requests, tokens, resetSeconds } = left ?? {
    requests: 999,
    tokens: Math.max(0, 50_000 - used),
    resetSeconds: 60,
  }
  return {
    rate_limits: [
      { name: 'requests', limit: 1_000, remaining: requests, reset_seconds: resetSeconds },
      { name: 'tokens', limit: 50_000, remaining: tokens, reset_seconds: resetSeconds },
    ],
  }
}

export function textTokens(text: string): number {
  return Math.ceil(text.length / 4)
}
