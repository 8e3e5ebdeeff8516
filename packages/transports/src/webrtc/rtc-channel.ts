/** The text channel of a call: bounded both ways, messages in their order, what does not fit refused. */
import { type Clock, ParleyError } from '@parley/core'
import type { DataChannel } from 'node-datachannel'
import { createLeakyBucket } from '../ws/leaky-bucket.js'
import type { RtcConnection } from './rtc-connection.js'
import type { RtcLimits } from './rtc-limits.js'

export interface RtcChannelOptions {
  readonly native: DataChannel
  readonly connection: Pick<RtcConnection, 'guard' | 'end'>
  readonly clock: Clock
  readonly limits: Pick<
    RtcLimits,
    'channelMessageBytes' | 'channelUnsentBytes' | 'messagesPerSecond' | 'messageBurst'
  >
  onOpen(): void
  onMessage(text: string): void
  onClosed(): void
}

export type ChannelSend =
  | 'sent'
  /** Not open yet, or not any more. */
  | 'closed'
  /** Over what the far end said it takes; the protocol has no way to cut a message. */
  | 'too-large'

export interface RtcChannel {
  /** From here on its owner is told; `onOpen` may be called before this returns. */
  begin(): void
  /** Bytes that were sent and have not left. */
  readonly unsentBytes: number
  send(text: string): ChannelSend
  /** Lets the library go of it; its owner is told nothing more. */
  close(): void
}

export function createRtcChannel(options: RtcChannelOptions): RtcChannel {
  const { native, connection, clock, limits } = options
  const messages = createLeakyBucket(clock, limits.messagesPerSecond, limits.messageBurst)
  let open = false

  function opened(): void {
    if (open) return
    open = true
    options.onOpen()
  }

  function closed(): void {
    open = false
    options.onClosed()
  }

  function take(data: string | Buffer | ArrayBuffer): void {
    if (!messages.add(1)) {
      const message = `Over ${limits.messagesPerSecond} messages a second came over the data channel.`
      return connection.end('error', new ParleyError('rate_limited', message))
    }
    options.onMessage(typeof data === 'string' ? data : Buffer.from(data as ArrayBuffer).toString())
  }

  return {
    begin() {
      native.onOpen(connection.guard(opened))
      native.onMessage(connection.guard(take))
      native.onClosed(connection.guard(closed))
      native.onError(connection.guard(() => {}))
      if (native.isOpen()) opened()
    },
    get unsentBytes() {
      return open ? native.bufferedAmount() : 0
    },
    send(text) {
      if (!open) return 'closed'
      const most = Math.min(limits.channelMessageBytes, native.maxMessageSize())
      if (text.length * 3 > most && Buffer.byteLength(text) > most) return 'too-large'
      if (native.bufferedAmount() > limits.channelUnsentBytes) {
        open = false
        const message = 'The far end does not read its data channel.'
        // Not from within a call of the session.
        clock.after(0, () => connection.end('error', new ParleyError('overloaded', message)))
        return 'closed'
      }
      return trySend(native, text) ? 'sent' : 'closed'
    },
    close() {
      open = false
      native.close()
    },
  }
}

/** The channel may be closed and we not told of it yet. The library's own answer only says whether it had to wait. */
function trySend(channel: DataChannel, text: string): boolean {
  try {
    channel.sendMessage(text)
    return true
  } catch {
    return false
  }
}
