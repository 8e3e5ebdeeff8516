import type { Clock } from '@parley/core'
import type { CarrierDialect } from './carrier-speech.js'
import type { PhoneLine } from './phone-line.js'
import type { PhoneSoundFormat } from './phone-sound.js'

export interface SimPhoneOptions {
  readonly clock: Clock
  readonly line: PhoneLine
  /** Default `twilio`. */
  readonly dialect?: CarrierDialect
  /** Of the sound both ways. Default µ-law at 8 kHz. */
  readonly format?: PhoneSoundFormat
  /** How much faster the carrier's clock runs than ours, parts in a million. Default 0. */
  readonly driftPpm?: number
  /** Asked for each frame of the microphone: true where it is lost on the way. Default none is. */
  readonly loses?: () => boolean
  /** Asked for each frame of the microphone: how much later it comes, ms, while others overtake it. Default none. */
  readonly lateMs?: () => number
  /** `token`, `agent`, `language`, as a `<Parameter>` brings them. */
  readonly customParameters?: Readonly<Record<string, string>>
  /** One-way times on top of the line's own, ms. Default 0. */
  readonly uplinkMs?: number
  readonly downlinkMs?: number
  /** More delay for each message, ms; messages of one way never overtake each other. Default none. */
  readonly jitterMs?: () => number
  /** How much of what was heard is kept in `heard`, ms. Default 10 minutes. */
  readonly keepMs?: number
  readonly accountSid?: string
  /** Default: a new one. */
  readonly streamSid?: string
  readonly callSid?: string
  /** Each frame of the ear as it begins, silent ones too; the frame is its own. */
  onHeard?(frame: HeardFrame): void
}

/** 20 ms at the ear. */
export interface HeardFrame {
  /** When it begins, on the phone's clock, ms. */
  readonly atMs: number
  readonly samples: Int16Array
  /** How many of the samples, from the first, were the gateway's sound; the rest is the line's silence. */
  readonly soundSamples: number
  /** Sound that waits behind this frame, ms. */
  readonly bufferedMs: number
  /** −100 for silence. */
  readonly rmsDbfs: number
}

export interface PhoneClosed {
  readonly code: number
  readonly reason: string
  readonly atMs: number
}
