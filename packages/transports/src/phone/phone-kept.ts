/** What a carrier says while the session opens. */
import { createKeptMessages, type KeptMessages } from '../ws/kept-messages.js'
import { readCarrierMessage } from './carrier-message.js'
import type { PhoneCodec } from './phone-codec.js'
import type { PhoneLimits } from './phone-limits.js'

/** No `stop` is longer, bytes. */
const LONGEST_STOP = 2_000

/** Bounded as µ-law has it, in proportion more for more than that. */
export function createPhoneKept(
  { keptBytes }: Pick<PhoneLimits, 'keptBytes'>,
  { bytesPerSecond }: Pick<PhoneCodec, 'bytesPerSecond'>,
): KeptMessages {
  return createKeptMessages((keptBytes * bytesPerSecond) / 8_000)
}

/** Takes what was kept. Whether the caller hung up in it, for a stream that ended before its session stood. */
export function takeHangUp(kept: KeptMessages): boolean {
  return kept.take().some(({ bytes }) => bytes.length < LONGEST_STOP && isStop(bytes))
}

function isStop(bytes: Buffer): boolean {
  try {
    return readCarrierMessage(bytes.toString())?.event === 'stop'
  } catch {
    // Bad messages are nobody's affair once the stream is over.
    return false
  }
}
