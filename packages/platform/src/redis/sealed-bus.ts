/**
 * A bus between nodes on which all is sealed, or nothing where nodes share no secret. What does not open is heard by nobody and
 * complained of: at once for the first of its kind, then at most once a minute.
 */

import { type Clock, ParleyError } from '@parley/core'
import { BUS_FAULTS, type BusFault, createBusSeal, isBusSealed } from './bus-seal.js'
import type { RedisBus } from './redis-bus.js'

type Bus = Pick<RedisBus, 'listen' | 'tell'>

export interface SealedBusOptions {
  readonly bus: Bus
  /** What all nodes share; undefined where they share nothing: then what is sealed is not understood here. */
  readonly secret: Uint8Array | undefined
  /** Name of the setting that it comes from, for complaints. */
  readonly setting: string
  readonly clock: Pick<Clock, 'now'>
  randomBytes(count: number): Uint8Array
  warn(error: ParleyError): void
}

type Complaint = BusFault | 'sealed'

const COMPLAIN_EVERY_MS = 60_000

export function createSealedBus(options: SealedBusOptions): Bus {
  const { bus, secret, setting, clock } = options
  const complained = new Map<Complaint, number>()
  let unsaid = 0

  function complain(of: Complaint): void {
    const last = complained.get(of)
    unsaid += 1
    if (last !== undefined && clock.now() - last < COMPLAIN_EVERY_MS) return
    complained.set(of, clock.now())
    const since = unsaid === 1 ? '' : ` (${unsaid} since the last such line)`
    options.warn(new ParleyError('bad_seal', `${reasonOf(of, setting)}${since}`))
    unsaid = 0
  }

  if (secret === undefined)
    return {
      tell: (channel, bytes) => bus.tell(channel, bytes),
      listen: (channel, hear) =>
        bus.listen(channel, bytes => {
          if (isBusSealed(bytes)) complain('sealed')
          else hear(bytes)
        }),
    }
  const seal = createBusSeal({ secret, randomBytes: options.randomBytes })
  return {
    tell: (channel, bytes) => bus.tell(channel, seal.seal(channel, bytes)),
    listen: (channel, hear) =>
      bus.listen(channel, bytes => {
        const plain = seal.open(channel, bytes)
        if (isFault(plain)) complain(plain)
        else hear(plain)
      }),
  }
}

function isFault(opened: Uint8Array | BusFault): opened is BusFault {
  return BUS_FAULTS.some(fault => fault === opened)
}

function reasonOf(of: Complaint, setting: string): string {
  switch (of) {
    case 'unsealed':
      return `A node sends unsealed messages, which are not taken: it is of an older version or lacks ${setting}; give all nodes both alike.`
    case 'foreign':
      return `A message between nodes does not open: it was changed, or another ${setting} sealed it; give all nodes the same.`
    case 'repeated':
      return 'A message between nodes came a second time, or too late, and was not taken; somebody who can write to Redis repeats what was said.'
    case 'crowded':
      return 'More nodes have come and gone than are remembered; start this one again.'
    case 'sealed':
      return 'Other nodes seal what they send and this one cannot open it: it lacks their JWT_SECRET, PARLEY_ENCRYPTION_KEY or PARLEY_RECORDINGS_KEY.'
    default:
      return of satisfies never
  }
}
