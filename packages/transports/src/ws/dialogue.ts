/** What a far end says once its session stands: messages in, calls of the inbox or the seat and answers out. */
import { frameMs } from '@parley/audio'
import { type Clock, ParleyError } from '@parley/core'
import type { ClientMessage } from '@parley/protocol'
import { interruptedMessage, type Seat } from '../company/device-line.js'
import { readClientMessage } from './client-message.js'
import { createLeakyBucket } from './leaky-bucket.js'
import { errorMessageOf } from './server-message.js'
import type { VoiceLeg } from './voice-leg.js'

export interface DialogueOptions {
  readonly leg: VoiceLeg
  /** Undefined where others cannot join: then the far end is the speaker. */
  readonly seat: Seat | undefined
  readonly clock: Clock
  /** How much more sound than time may come, ms. */
  readonly audioBurstMs: number
  onBye(): void
}

export interface Dialogue {
  /**
   * Throws `bad_message` and `bad_audio` for what the far end did wrong, `rate_limited` for too much sound, and what its
   * seat refuses.
   */
  take(bytes: Buffer, isBinary: boolean): void
}

export function createDialogue({ leg, seat, clock, audioBurstMs, onBye }: DialogueOptions): Dialogue {
  const { audioIn, outbox, transport } = leg
  const sound = createLeakyBucket(clock, 1000, audioBurstMs)
  /** Whether it knows that its sound is not wanted: `ready` never promised it to a speaker of before, `role` told that one. */
  let isRefused = false
  const isSpeaker = () => seat === undefined || seat.role === 'speaker'

  function hear(bytes: Buffer): void {
    if (!isSpeaker()) return refuse()
    isRefused = true
    const frame = audioIn.read(bytes)
    if (frame === undefined) return
    if (!sound.add(frameMs(frame)))
      throw new ParleyError('rate_limited', 'Sound came faster than time; send it as it is spoken.')
    transport.inbox?.audio(frame)
  }

  /** Told once: sound comes fifty times a second, and that of a speaker of before was on its way. */
  function refuse(): void {
    if (isRefused) return
    isRefused = true
    const message = 'Only the speaker is heard; send `take-over` to become it. Sound is dropped until then.'
    outbox.control(errorMessageOf(new ParleyError('forbidden', message), false))
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
        return (seat ?? inbox)?.text(message.text)
      case 'interrupt':
        if (seat !== undefined) return seat.interrupt()
        return outbox.control(interruptedMessage(inbox?.interrupt()))
      case 'commit':
        return (seat ?? inbox)?.commit()
      case 'played':
        // What others hear is never counted as heard.
        return isSpeaker() ? transport.played(message.reply, message.ms) : undefined
      case 'take-over':
        if (seat === undefined) throw new ParleyError('bad_message', 'This device is the speaker already.')
        return seat.takeOver()
      case 'consent':
        // Without company nobody records.
        if (seat === undefined) return outbox.control({ type: 'recording', state: 'off' })
        return seat.consent(message.granted)
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
