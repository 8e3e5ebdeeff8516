import { type Clock, type ErrorCode, ParleyError } from '@parley/core'

/**
 * One question to one dependency, with a time limit and a short memory: however many ask, a dependency is asked once
 * at a time and not again within `freshMs`.
 */

/** Resolves when the dependency answers; `signal` aborts at the time limit. */
export type Probe = (signal: AbortSignal) => Promise<void>

export type CheckState =
  | { readonly status: 'healthy' }
  | { readonly status: 'unhealthy'; readonly reason: string; readonly code?: ErrorCode }

export type Check = () => Promise<CheckState>

export interface CheckOptions {
  readonly probe: Probe
  readonly clock: Clock
  readonly timeoutMs: number
  readonly freshMs: number
}

export function createCheck({ probe, clock, timeoutMs, freshMs }: CheckOptions): Check {
  let running: Promise<CheckState> | undefined
  let last: { readonly state: CheckState; readonly atMs: number } | undefined

  async function ask(): Promise<CheckState> {
    const state = await limited(probe, clock, timeoutMs)
    last = { state, atMs: clock.now() }
    running = undefined
    return state
  }

  return async () => {
    if (last && clock.now() - last.atMs < freshMs) return last.state
    running ??= ask()
    return running
  }
}

/** A probe that ignores its signal is left behind; its late answer changes nothing. */
function limited(probe: Probe, clock: Clock, timeoutMs: number): Promise<CheckState> {
  return new Promise(resolve => {
    const late = new AbortController()
    const cancel = clock.after(timeoutMs, () => {
      late.abort()
      resolve({ status: 'unhealthy', reason: `no answer within ${timeoutMs} ms`, code: 'timeout' })
    })
    const settle = (state: CheckState) => {
      cancel()
      resolve(state)
    }
    const run = async () => probe(late.signal)
    run().then(
      () => settle({ status: 'healthy' }),
      (error: unknown) => settle({ status: 'unhealthy', reason: reasonOf(error), ...codeOf(error) }),
    )
  })
}

function reasonOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : 'failed'
}

function codeOf(error: unknown): { readonly code?: ErrorCode } {
  return error instanceof ParleyError ? { code: error.code } : {}
}
