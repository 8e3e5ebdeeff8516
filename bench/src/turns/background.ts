import type { CallOptions } from './call.js'
import type { Bed } from './clip.js'
import { createMouth, type Mouth } from './mouth.js'

/** The mouth of a call with its background, which begins anywhere in its bed. */
export function mouthOf(rate: number, beds: readonly Bed[], { background, phase }: CallOptions): Mouth {
  const bed = beds.find(({ id }) => id === background?.bed)
  if (bed === undefined || background === undefined) return createMouth({ rate })
  const offset = Math.floor(phase * bed.samples.length)
  return createMouth({ rate, background: { bed, gainDb: -background.snrDb, offset } })
}

/** From the caller's ear back into the caller's microphone. */
export const ECHO_DELAY_MS = 120
