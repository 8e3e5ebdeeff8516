/**
 * What of a carrier's messages is looked at, by their size and number alone. Too much ends the stream; too many keys do
 * not: they are dropped, and take nothing from what sound and marks may use.
 */
import { type Clock, ParleyError } from '@parley/core'
import { createLeakyBucket } from '../ws/leaky-bucket.js'
import type { PhoneLimits } from './phone-limits.js'

export interface PhoneGate {
  /** False for what is dropped. Throws `rate_limited`, `too_large`, `bad_message`. */
  admit(bytes: Buffer, isBinary: boolean): boolean
  /** `start` has come. */
  started(): void
  readonly droppedKeys: number
}

/** No key's message is longer, bytes. */
const LONGEST_KEY = 400

export function createPhoneGate(clock: Clock, limits: PhoneLimits): PhoneGate {
  const messages = createLeakyBucket(clock, limits.messagesPerSecond, limits.messageBurst)
  const keys = createLeakyBucket(clock, limits.keysPerSecond, limits.keyBurst)
  let leftBytes = limits.beforeStartBytes
  let droppedKeys = 0

  function admitKey(): boolean {
    if (keys.add(1)) return true
    // What is dropped does not fill the bucket: the next key in time is taken.
    keys.add(-1)
    droppedKeys += 1
    return false
  }

  return {
    get droppedKeys() {
      return droppedKeys
    },
    started() {
      leftBytes = Number.POSITIVE_INFINITY
    },
    admit(bytes, isBinary) {
      const { length } = bytes
      if (length < LONGEST_KEY && bytes.includes('"dtmf"')) return admitKey()
      if (!messages.add(1)) {
        throw new ParleyError('rate_limited', `Over ${limits.messagesPerSecond} messages a second.`)
      }
      leftBytes -= length
      if (length > limits.messageBytes || leftBytes < 0) {
        const most = Math.min(limits.messageBytes, limits.beforeStartBytes)
        throw new ParleyError('too_large', `${length} bytes are too many; ${most} is the most.`)
      }
      if (isBinary) throw new ParleyError('bad_message', 'A media stream has text messages only.')
      return true
    },
  }
}
