import { ParleyError } from '@parley/core'
import { addressKey, createTally, isLoopbackAddress } from '@parley/platform'

const DEFAULT_PER_ADDRESS = 50

/**
 * Places for the prosody sockets of an address. `perAddress` undefined: 50, and no limit for this machine itself.
 * A place is given back once; without one it throws `rate_limited`.
 */
export function createProsodyPlaces(perAddress: number | undefined): (client: string) => () => void {
  const tally = createTally()
  return client => {
    const own = perAddress === undefined && isLoopbackAddress(client)
    const max = own ? Number.POSITIVE_INFINITY : (perAddress ?? DEFAULT_PER_ADDRESS)
    const release = tally.take(addressKey(client), max)
    if (release !== undefined) return release
    throw new ParleyError(
      'rate_limited',
      `This address holds ${max} prosody sockets, as many as it may (PROSODY_MAX_PER_IP); close one first.`,
      { retryable: true, details: { retryAfterMs: 5_000 } },
    )
  }
}
