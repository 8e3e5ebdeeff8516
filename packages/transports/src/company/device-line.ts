/**
 * The two ends of a device in a conversation: its line, which its socket makes and the company speaks into, and its seat,
 * which the company makes and the socket speaks into. Either may stand on another node.
 */
import type { Heard, Transport } from '@parley/core'
import type { DeviceRole, ServerMessageOf } from '@parley/protocol'

/** What a company tells a device of itself, and in answer to it. */
export type CompanyMessage = ServerMessageOf<
  'devices' | 'role' | 'history' | 'recording' | 'interrupted' | 'error'
>

export interface DeviceLine {
  /** What people call the device. */
  readonly name?: string | undefined
  /** What it hears while it is not the speaker: the agent, or both sides mixed. */
  readonly hears: 'agent' | 'both'
  /**
   * Takes what the speaker is given while the device stands beside, and is the leg of the session while it is the speaker.
   * Told to close as `taken-over` it goes on beside; any other reason ends it. Never throws.
   */
  readonly transport: Transport
  tell(message: CompanyMessage): void
  /** The device is at another node: it comes back by joining again, never by a token. */
  readonly isFar?: true
}

/** How a device acts in its conversation. What its role does not allow is refused with `forbidden`. */
export interface Seat {
  /** Id of the device in the conversation. */
  readonly id: string
  readonly role: DeviceRole
  text(text: string): void
  /** Answered on the line by `interrupted`. */
  interrupt(): void
  commit(): void
  dtmf(digit: string): void
  /** The person says yes or no to being recorded. Answered on the line by `recording` or `error`. */
  consent(granted: boolean): void
  /**
   * The device becomes the speaker; told on the line by `role`. Throws `bad_message` for the speaker itself, `forbidden`
   * without the right, `conflict` where the speaker is no device that could stand aside (a phone call), `not_found` once
   * the conversation ends.
   */
  takeOver(): void
  /** The device is gone. Its line is not spoken into any more. Told twice, it does nothing. */
  leave(): void
}

/** As the protocol has it: `interrupted` says null where nothing was being said. */
export function interruptedMessage(heard: Heard | undefined): CompanyMessage {
  return { type: 'interrupted', heard: heard ?? null }
}
