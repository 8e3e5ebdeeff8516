/**
 * Whether a provider may be used now. Failures open the breaker, at once where another try is pointless; the time it
 * stays open doubles with each opening that no success came between, up to a limit. Then one use at a time is let
 * through as a trial: a success closes it, a failure opens it again.
 */

import { type Clock, type ErrorCode, ParleyError } from '@parley/core'

export type BreakerState = 'closed' | 'open' | 'half-open'

export interface BreakerOptions {
  readonly clock: Clock
  /** 0 ≤ x < 1; spreads the returns of many gateways. */
  readonly random?: () => number
  /** Failures in a row that open it, of the kinds that may be chance. Default 2. */
  readonly failures?: number
  /** The first time open, ms. Default 2,000. */
  readonly openMs?: number
  /** The longest time open, ms. Default 120,000. */
  readonly maxOpenMs?: number
}

/** One use of a provider; the first word on what came of it counts, later ones do nothing. */
export interface BreakerUse {
  succeeded(): void
  failed(error: unknown): void
  /** It was given up for reasons that are not the provider's. */
  dropped(): void
}

export interface Breaker {
  readonly state: BreakerState
  /** How long it stays open, ms; 0 if it is not. */
  readonly openForMs: number
  /** Whether `enter` would let a use through. */
  readonly admits: boolean
  /** Undefined: not now. */
  enter(): BreakerUse | undefined
  /** A use in any case, for when everything else has failed. */
  force(): BreakerUse
}

/** How many failures in a row one of this kind counts for; `all`: it opens the breaker by itself. */
const weights: Readonly<Partial<Record<ErrorCode, 'all'>>> = {
  bad_config: 'all',
  provider_refused: 'all',
  provider_quota: 'all',
  provider_limited: 'all',
  provider_missing: 'all',
  provider_overloaded: 'all',
  provider_unreachable: 'all',
}
/** Kinds that no waiting mends but a person: they begin with a longer time. */
const lasting: ReadonlySet<ErrorCode> = new Set([
  'bad_config',
  'provider_refused',
  'provider_quota',
  'provider_missing',
])
const LASTING_MS = 30_000

export function createBreaker(options: BreakerOptions): Breaker {
  const { clock, random = () => 0.5, failures = 2, openMs = 2_000, maxOpenMs = 120_000 } = options
  let failedInRow = 0
  let openings = 0
  let openUntilMs: number | undefined
  let onTrial = false

  const state = (): BreakerState => {
    if (openUntilMs === undefined) return 'closed'
    return clock.now() < openUntilMs ? 'open' : 'half-open'
  }

  function open(error: ParleyError): void {
    const asked = error.details.retryAfterMs
    const leastMs = lasting.has(error.code) ? Math.max(openMs, LASTING_MS) : openMs
    // ±10 %, so that the gateways of one outage do not come back in one moment.
    const grownMs = leastMs * 2 ** Math.min(openings, 20) * (0.9 + 0.2 * random())
    openings++
    failedInRow = 0
    openUntilMs = clock.now() + Math.min(maxOpenMs, Math.max(grownMs, typeof asked === 'number' ? asked : 0))
  }

  function failed(thrown: unknown, wasTrial: boolean): void {
    const error = ParleyError.from(thrown, 'provider_failed')
    failedInRow++
    // A straggler that began before the breaker opened says nothing new.
    if (state() === 'open') return
    if (wasTrial || weights[error.code] === 'all' || failedInRow >= failures) open(error)
  }

  function close(): void {
    failedInRow = 0
    openings = 0
    openUntilMs = undefined
  }

  function use(): BreakerUse {
    const isTrial = openUntilMs !== undefined
    if (isTrial) onTrial = true
    let told = false
    const tell = (run: () => void) => {
      if (told) return
      told = true
      if (isTrial) onTrial = false
      run()
    }
    return {
      succeeded: () => tell(close),
      failed: error => tell(() => failed(error, isTrial)),
      dropped: () => tell(() => {}),
    }
  }

  const admits = () => state() === 'closed' || (state() === 'half-open' && !onTrial)

  return {
    get state() {
      return state()
    },
    get openForMs() {
      return openUntilMs === undefined ? 0 : Math.max(0, openUntilMs - clock.now())
    },
    get admits() {
      return admits()
    },
    enter: () => (admits() ? use() : undefined),
    force: use,
  }
}
