/** One response of the far end as a stream that stops at once when it is not wanted any more. */

import { type Clock, type FarAsk, type FarEvent, ParleyError } from '@parley/core'
import type { AskEvent, FarLine } from './far-line.js'

export interface AskOptions {
  readonly clock: Clock
  /** Longest wait for the next event, ms. */
  readonly silentMs: number
  /** An event has come; it is given when it is drawn. */
  came?(event: FarPart): void
}

export type FarPart = Extract<FarEvent, { readonly ask: string }>

/**
 * Events up to and with `response-done`; none after an abort, which cancels the response.
 * @throws ParleyError `timeout`, or what the session ended with; its details say `lost`
 */
export async function* askFar(
  line: FarLine,
  ask: FarAsk,
  { clock, silentMs, came }: AskOptions,
  signal: AbortSignal,
): AsyncGenerator<FarPart> {
  if (signal.aborted) return
  const queue: AskEvent[] = []
  let wake: (() => void) | undefined
  let isDone = false
  const stir = () => {
    wake?.()
    wake = undefined
  }
  const stop = () => {
    if (!isDone) line.session.cancel(ask.id)
    isDone = true
    stir()
  }
  signal.addEventListener('abort', stop, { once: true })
  try {
    line.ask(ask, event => {
      if (isDone) return
      if (event.kind === 'response-done' || event.kind === 'lost') isDone = true
      if (event.kind !== 'lost') came?.(event)
      queue.push(event)
      stir()
    })
    for (;;) {
      const event = queue.shift()
      if (signal.aborted) return
      if (event === undefined) {
        await next()
        continue
      }
      if (event.kind === 'lost') throw asLost(event.error)
      yield event
      if (event.kind === 'response-done') return
    }
  } finally {
    signal.removeEventListener('abort', stop)
    stop()
  }

  /** Waits for an event. */
  async function next(): Promise<void> {
    let late = false
    await new Promise<void>(resolve => {
      const cancel = clock.after(silentMs, () => {
        late = true
        stir()
      })
      wake = () => {
        cancel()
        resolve()
      }
    })
    if (!late || signal.aborted || queue.length > 0) return
    const message = `Model ${line.model.name} gave nothing for ${silentMs} ms; the session with it is given up.`
    throw new ParleyError('timeout', message, { retryable: true })
  }
}

/** Whether this is the end of the whole session with the model. */
export function isLost(error: unknown): boolean {
  return error instanceof ParleyError && error.details.lost === true
}

function asLost(error: ParleyError): ParleyError {
  const { code, message, retryable } = error
  return new ParleyError(code, message, {
    cause: error,
    retryable,
    details: { ...error.details, lost: true },
  })
}
