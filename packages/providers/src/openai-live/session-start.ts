/** The first message of a session: all that cannot be changed afterwards. */

import type { DuplexMessage, DuplexOptions } from '@parley/core'
import type { LiveOptions } from './options.js'

/** Messages that a session may begin with. */
const MAX_MESSAGES = 128
/** Tokens of them all, as rendered; counted by bytes, three to a token, which is more than most texts need. */
const MAX_MEMORY_BYTES = 3 * 8_192

export function sessionStart(options: LiveOptions, asked: DuplexOptions) {
  const input = lastOf(asked.memory).map(message)
  return {
    model: options.model,
    instructions: asked.instructions,
    audio: {
      format:
        asked.rate === 8_000 ? { type: 'audio/pcmu', rate: 8_000 } : { type: 'audio/pcm', rate: asked.rate },
      ...(options.voice === undefined ? {} : { output: { voice: options.voice } }),
    },
    delegation: { type: 'client', acknowledgement_delay_ms: options.acknowledgementDelayMs },
    ...(input.length === 0 ? {} : { input }),
    store: options.store,
  }
}

/** The newest that fit; a message without words is none. */
function lastOf(memory: readonly DuplexMessage[]): readonly DuplexMessage[] {
  const kept: DuplexMessage[] = []
  let bytes = 0
  for (const each of memory.toReversed()) {
    if (each.text.trim() === '') continue
    bytes += Buffer.byteLength(each.text) + 12
    if (kept.length === MAX_MESSAGES || bytes > MAX_MEMORY_BYTES) break
    kept.push(each)
  }
  return kept.reverse()
}

function message({ role, text }: DuplexMessage) {
  return {
    type: 'message',
    role: role === 'system' ? 'developer' : role,
    content: [{ type: role === 'assistant' ? 'output_text' : 'input_text', text }],
  }
}
