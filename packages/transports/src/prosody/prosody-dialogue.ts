/** What a prosody client says: sound and messages in, calls of the stream and the subscriptions, and answers out. */
import { type Clock, ParleyError } from '@parley/core'
import type { ProsodyClientMessage, ProsodyStreamMessage } from '@parley/protocol'
import { createLeakyBucket } from '../ws/leaky-bucket.js'
import { base64Bytes } from './base64-bytes.js'
import type { ProsodyLimits } from './prosody-limits.js'
import type { ProsodyStream } from './prosody-stream.js'
import type { ProsodySubscriptions } from './prosody-subscriptions.js'
import { readProsodyMessage } from './read-prosody-message.js'
import { createSoundPace } from './sound-pace.js'

export interface ProsodyDialogueOptions {
  readonly stream: ProsodyStream
  readonly subscriptions: Pick<ProsodySubscriptions, 'subscribe' | 'unsubscribe'>
  readonly mayStream: boolean
  readonly limits: Pick<
    ProsodyLimits,
    'paceFactor' | 'paceBurstMs' | 'messageCostMs' | 'aheadMs' | 'configsPerSecond' | 'configsAtOnce'
  >
  readonly clock: Clock
  readonly epochMs: () => number
  tell(message: ProsodyStreamMessage): void
  /** The client is to be read no further for so long, ms: it sends faster than it may. */
  hold(ms: number): void
  /** Its sound is ahead of time: nobody speaks it now. */
  ahead(): void
}

export interface ProsodyDialogue {
  /** @throws ParleyError for what the far end did wrong, which counts as a message all the same */
  take(bytes: Buffer, isBinary: boolean): void
}

export function createProsodyDialogue(options: ProsodyDialogueOptions): ProsodyDialogue {
  const { stream, subscriptions, limits, tell } = options
  const pace = createSoundPace(options.clock, limits.paceFactor, limits.paceBurstMs)
  const configs = createLeakyBucket(options.clock, limits.configsPerSecond, limits.configsAtOnce)
  const live = createSoundPace(options.clock, 1, limits.aheadMs)

  /** Returns how much sound it was, ms. */
  function hear(bytes: Uint8Array): number {
    if (!options.mayStream) throw new ParleyError('forbidden', 'To stream sound takes the scope talk.')
    return stream.hear(bytes)
  }

  function obey(message: ProsodyClientMessage): number {
    switch (message.type) {
      case 'audio':
        return hear(base64Bytes(message.data))
      case 'config':
        if (!configs.add(1))
          throw new ParleyError('rate_limited', '`config` came too often; what was before goes on.')
        tell(stream.configure(message))
        return 0
      case 'end':
        tell({ type: 'ended', frames: stream.end() })
        return 0
      case 'reset':
        stream.reset()
        tell({ type: 'reset' })
        return 0
      case 'ping':
        tell({ ...message, type: 'pong', timestamp: options.epochMs() })
        return 0
      case 'subscribe':
        subscriptions.subscribe(message)
        return 0
      case 'unsubscribe':
        subscriptions.unsubscribe(message.session)
        return 0
    }
    return message satisfies never
  }

  return {
    take(bytes, isBinary) {
      let soundMs = 0
      try {
        soundMs = isBinary ? hear(bytes) : obey(readProsodyMessage(bytes.toString()))
      } finally {
        const waitMs = pace.take(Math.max(soundMs, limits.messageCostMs))
        if (waitMs > 0) options.hold(waitMs)
        if (live.take(soundMs) > 0) options.ahead()
      }
    },
  }
}
