/** What a far end says once its session stands: messages in, calls of the inbox and answers out. */
import { frameMs } from '@parley/audio'
import { type Clock, ParleyError } from '@parley/core'
import type { ClientMessage } from '@parley/protocol'
import { readClientMessage } from './client-message.js'
import { createLeakyBucket } from './leaky-bucket.js'
import type { VoiceLeg } from './voice-leg.js'

export interface DialogueOptions {
  readonly leg: VoiceLeg
  readonly clock: Clock
  /** How much more sound than time may come, ms. */
  readonly audioBurstMs: number
  onBye(): void
}

export interface Dialogue {
  /** Throws `bad_message` and `bad_audio` for what the far end did wrong, `rate_limited` for too much sound. */
  take(bytes: Buffer, isBinary: boolean): void
}

export function createDialogue({ leg, clock, audioBurstMs, onBye }: DialogueOptions): Dialogue {
  const { audioIn, outbox, transport } = leg
  const sound = createLeakyBucket(clock, 1000, audioBurstMs)

  function hear(bytes: Buffer): void {
    const frame = audioIn.read(bytes)
    if (frame === undefined) return
    if (!sound.add(frameMs(frame)))
      throw new ParleyError('rate_limited', 'Sound came faster than time; send it as it is spoken.')
    transport.inbox?.audio(frame)
  }

  function obey(message: ClientMessage): void {
    const { inbox } = transport
    switch (message.type) {
      case 'hello':
        throw new ParleyError('bad_message', '`hello` comes once; open another socket for another session.')
      case 'encrypt':
        throw new ParleyError('bad_message', '`encrypt` comes before `hello`; open another socket for it.')
      case 'ping':
        return outbox.control({ type: 'pong', id: message.id })
      case 'text':
        return inbox?.text(message.text)
      case 'interrupt':
        return outbox.control({ type: 'interrupted', heard: inbox?.interrupt() ?? null })
      case 'commit':
        return inbox?.commit()
      case 'played':
        return transport.played(message.reply, message.ms)
      case 'take-over':
        throw new ParleyError('bad_message', 'This device is the speaker already.')
      case 'bye':
        return onBye()
      default:
        message satisfies never
    }
  }

  return {
    take(bytes, isBinary) {
      if (isBinary) hear(bytes)
      else obey(readClientMessage(bytes.toString()))
    },
  }
}
