/**
 * From a line of providers to the first that gives output. One is asked; if it fails the next is, and if it is only
 * slow and the budget allows, the next is started beside it. Whoever is first leads, the other is stopped at once.
 */

import { type Clock, ParleyError, until } from '@parley/core'
import type { HedgeBudget } from './hedge-budget.js'
import type { LineUp, Member, Provider, Use } from './line-up.js'
import type { Tries } from './tries.js'

export interface RaceOptions<P extends Provider, Part> {
  readonly lineUp: LineUp<P>
  readonly tries: Tries<P>
  readonly budget: HedgeBudget
  readonly clock: Clock
  /** Longest wait for the first output, ms. */
  readonly firstMs: number
  start(member: Member<P>, signal: AbortSignal): AsyncIterable<Part>
  /** Whether this part is what the race is about; those before it are held. */
  isOutput(part: Part): boolean
  /** Whether its answer tells how long the provider takes. Default: it does. */
  tells?(member: Member<P>): boolean
  /** What to make of an end without output; undefined: it is an answer. */
  empty?(member: Member<P>): ParleyError
}

/** The one that leads. */
export interface Lead<P extends Provider, Part> {
  readonly use: Use<P>
  /** Its parts up to and with the first output. */
  readonly head: readonly Part[]
  /** Whether that was all. */
  readonly complete: boolean
  /** The next part. @throws ParleyError `timeout` after `ms` of waiting, and what the provider throws. */
  next(ms: number): Promise<IteratorResult<Part>>
  /** Stops it at once. */
  stop(): void
}

/** Undefined if `signal` aborts first. @throws the last failure when everybody failed. */
export function race<P extends Provider, Part>(
  options: RaceOptions<P, Part>,
  signal: AbortSignal,
): Promise<Lead<P, Part> | undefined> {
  const { lineUp, tries, budget, clock, firstMs } = options
  const running = new Set<Runner<P, Part>>()
  let over = false
  let cancelHedge = () => {}

  return new Promise((resolve, reject) => {
    function finish(): void {
      over = true
      cancelHedge()
      signal.removeEventListener('abort', onAbort)
      for (const { use, stop } of running) {
        stop()
        use.dropped()
      }
      running.clear()
    }

    function onAbort(): void {
      finish()
      resolve(undefined)
    }

    function startNext(willing: boolean): boolean {
      const use = tries.next(willing)
      if (use === undefined) return false
      run(use)
      return true
    }

    function run(use: Use<P>): void {
      const runner = createRunner(options, use, signal)
      const beganMs = clock.now()
      running.add(runner)
      cancelHedge()
      cancelHedge = clock.after(budget.waitMs(use.member.provider), hedge)
      runner.first(firstMs).then(
        ({ head, complete }) => {
          if (over) return
          running.delete(runner)
          if (options.tells?.(use.member) !== false) budget.waited(use.member.provider, clock.now() - beganMs)
          finish()
          resolve({ use, head, complete, next: runner.next, stop: runner.stop })
        },
        error => {
          if (!over) lose(runner, error)
        },
      )
    }

    function hedge(): void {
      const [slow] = running
      if (over || slow === undefined || running.size > 1 || !budget.take()) return
      if (!startNext(true)) return budget.giveBack()
      lineUp.tell(slow.use.member.provider, 'hedged')
    }

    function lose(runner: Runner<P, Part>, error: unknown): void {
      running.delete(runner)
      runner.stop()
      giveUp({ use: runner.use, lineUp, tries }, error, 'failed')
      if (running.size > 0 || startNext(false)) return
      finish()
      reject(error)
    }

    if (signal.aborted) return resolve(undefined)
    signal.addEventListener('abort', onAbort, { once: true })
    budget.request()
    if (startNext(false)) return
    finish()
    reject(new ParleyError('provider_failed', 'Every provider of the slot has failed.', { retryable: true }))
  })
}

/** A use has failed: the breaker and the operator get to know, and whether it may be tried again. */
export function giveUp<P extends Provider>(
  { use, lineUp, tries }: { readonly use: Use<P>; readonly lineUp: LineUp<P>; readonly tries: Tries<P> },
  thrown: unknown,
  action: 'failed' | 'broke-off',
): void {
  const error = ParleyError.from(thrown, 'provider_failed')
  lineUp.tell(use.member.provider, action, error)
  use.failed(error)
  if (error.retryable || lineUp.isOneKeys(use.member.provider, error)) tries.retryable(use.member)
}

interface Runner<P extends Provider, Part> {
  readonly use: Use<P>
  first(ms: number): Promise<{ readonly head: readonly Part[]; readonly complete: boolean }>
  next(ms: number): Promise<IteratorResult<Part>>
  stop(): void
}

function createRunner<P extends Provider, Part>(
  { clock, start, isOutput, empty }: RaceOptions<P, Part>,
  use: Use<P>,
  signal: AbortSignal,
): Runner<P, Part> {
  const { member } = use
  const own = new AbortController()
  signal.addEventListener('abort', stop, { once: true })

  function stop(): void {
    signal.removeEventListener('abort', stop)
    own.abort()
  }

  const source = until(own.signal, {
    [Symbol.asyncIterator]: () => start(member, own.signal)[Symbol.asyncIterator](),
  })

  /** Ends the source if what is waited for takes longer. */
  async function within<T>(ms: number, run: () => Promise<T>): Promise<T> {
    let late = false
    const cancel = clock.after(ms, () => {
      late = true
      own.abort()
    })
    try {
      const result = await run()
      if (!late) return result
      throw new ParleyError('timeout', `${member.provider.name} gave nothing for ${ms} ms.`, {
        retryable: true,
      })
    } finally {
      cancel()
    }
  }

  async function head() {
    const parts: Part[] = []
    for (;;) {
      const result = await source.next()
      if (result.done !== true) parts.push(result.value)
      else if (own.signal.aborted || empty === undefined) return { head: parts, complete: true }
      else throw empty(member)
      if (isOutput(result.value)) return { head: parts, complete: false }
    }
  }

  return {
    use,
    first: ms => within(ms, head),
    next: ms => within(ms, () => source.next()),
    stop,
  }
}
