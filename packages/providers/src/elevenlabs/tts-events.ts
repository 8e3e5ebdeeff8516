/** Messages of the speech socket with contexts, as far as they are used. Unknown ones pass and do nothing. */

import { ParleyError } from '@parley/core'
import { z } from 'zod'
import type { ContextMessage } from '../wire/shared-line.js'
import { messageIn } from '../wire/vendor-error.js'

const alignment = z.object({
  chars: z.array(z.string()).nullish(),
  charStartTimesMs: z.array(z.number()).nullish(),
  charDurationsMs: z.array(z.number()).nullish(),
})

const message = z.object({
  audio: z.string().nullish(),
  alignment: alignment.nullish(),
  isFinal: z.boolean().nullish(),
  is_final: z.boolean().nullish(),
  contextId: z.string().nullish(),
  context_id: z.string().nullish(),
  message: z.string().nullish(),
  error: z.string().nullish(),
})

export interface ElevenLabsTtsEvent {
  /** PCM16; empty where there is none. */
  readonly bytes: Buffer
  /** In ms from the start of this message's sound. */
  readonly chars: readonly { readonly char: string; readonly startMs: number; readonly endMs: number }[]
  readonly isFinal: boolean
}

/** Undefined for what is no message. */
export function readTtsMessage(text: string): ContextMessage<ElevenLabsTtsEvent> | undefined {
  let parsed: z.output<typeof message>
  try {
    parsed = message.parse(JSON.parse(text))
  } catch {
    return undefined
  }
  const isFinal = parsed.isFinal === true || parsed.is_final === true
  const { chars, charStartTimesMs, charDurationsMs } = parsed.alignment ?? {}
  const event = {
    bytes: Buffer.from(parsed.audio ?? '', 'base64'),
    chars: (chars ?? []).map((char, index) => {
      const startMs = charStartTimesMs?.[index] ?? 0
      return { char, startMs, endMs: startMs + (charDurationsMs?.[index] ?? 0) }
    }),
    isFinal,
  }
  // After an error the socket closes, whatever context was the cause.
  if (typeof parsed.error === 'string')
    return { id: undefined, event, fatal: elevenLabsError(parsed.error, parsed.message ?? '') }
  return { id: parsed.contextId ?? parsed.context_id ?? '', event, last: isFinal }
}

const codes = [
  [/quota_exceeded|payment/, 'provider_quota'],
  [/auth|api_key|unaccepted_terms|forbidden/, 'provider_refused'],
  [/rate_limited|too_many|max_active|commit_throttled/, 'provider_limited'],
  [/busy|overflow|exhausted/, 'provider_overloaded'],
  [/timeout|time_limit/, 'timeout'],
  [/input|invalid|unsupported|chunk_size/, 'provider_rejected'],
] as const

/** An error as the sockets name it. */
export function elevenLabsError(name: string, sentence: string): ParleyError {
  const code = codes.find(([pattern]) => pattern.test(name))?.[1] ?? 'provider_failed'
  const said = messageIn(sentence === '' ? name : sentence)
  return new ParleyError(code, `ElevenLabs answered ${messageIn(name)}: ${said}`, {
    retryable: ['provider_limited', 'provider_overloaded', 'provider_failed', 'timeout'].includes(code),
    details: { error: messageIn(name) },
  })
}
