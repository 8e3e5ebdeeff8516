import type { Clock } from '@parley/core'
import type { VoiceLog } from '../ws/voice-log.js'
import type { PhoneCalls } from './phone-calls.js'
import type { ByteOrder } from './phone-codec.js'
import type { PhoneLimits } from './phone-limits.js'
import type { IdentifyPhone, PhoneHost } from './phone-port.js'
import type { PhoneSocket } from './phone-socket.js'

export interface PhoneSocketOptions {
  readonly socket: PhoneSocket
  readonly identify: IdentifyPhone
  readonly host: PhoneHost
  /** Shared by all streams of the process; without it, this one knows of no other. */
  readonly calls?: PhoneCalls
  /** Of PCM16. Default little. */
  readonly byteOrder?: ByteOrder
  readonly clock: Clock
  readonly log: VoiceLog
  readonly limits: PhoneLimits
}
