/**
 * An answer that streams as server-sent events: the request, the patience with it, and a reader that makes parts of the
 * events. It ends without a word after an abort, and leaves neither body nor timer behind however it ends.
 */

import { type Clock, ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import { answerPatience } from './answer-patience.js'
import { type HttpCall, httpCall } from './http-call.js'
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.js'

/** Makes parts of the events of one answer. @throws ParleyError for what the vendor says went wrong, and for garbage. */
export interface AnswerReader<Part> {
  read(event: ServerSentEvent): readonly Part[]
  /** Whether the answer is complete; the rest of the body is not read. */
  readonly done: boolean
  /** The body has ended. @throws ParleyError if the answer has not. */
  end(): readonly Part[]
}

export interface EventAnswer<Part> {
  readonly context: VendorContext
  /** Its `timeoutMs` is that of the head of the answer. */
  readonly call: HttpCall
  readonly reader: AnswerReader<Part>
  /** Longest wait for the first part that is not `usage`, ms. */
  readonly firstOutputTimeoutMs: number
  /** Longest wait between two events after it, ms. */
  readonly idleTimeoutMs: number
}

/** @throws ParleyError `provider_…` or `timeout`. */
export async function* eventAnswer<Part extends { readonly kind: string }>(
  answer: EventAnswer<Part>,
  signal: AbortSignal,
): AsyncGenerator<Part, void, void> {
  if (signal.aborted) return
  const own = new AbortController()
  const stop = () => own.abort()
  signal.addEventListener('abort', stop, { once: true })
  let late: ParleyError | undefined
  let isRead = false
  const patience = answerPatience({
    clock: answer.context.clock,
    vendor: answer.call.vendor,
    firstMs: answer.firstOutputTimeoutMs,
    idleMs: answer.idleTimeoutMs,
    onLate(error) {
      late = error
      own.abort()
    },
  })
  try {
    const response = await httpCall(answer.context, answer.call, own.signal)
    const { reader } = answer
    const events = serverSentEvents(response.body ?? noBody())
    for (let next = await events.next(); !next.done; next = await events.next()) {
      patience.alive()
      for (const part of reader.read(next.value)) {
        if (part.kind !== 'usage') patience.begun()
        patience.rest()
        yield part
        patience.alive()
        if (signal.aborted) return
      }
      if (reader.done) {
        isRead = true
        return void readToEnd(events, { clock: answer.context.clock, own })
      }
    }
    isRead = true
    if (!signal.aborted) yield* reader.end()
  } catch (error) {
    if (signal.aborted) return
    if (late !== undefined) throw late
    if (error instanceof ParleyError) throw error
    throw brokenOffError(answer.call.vendor, error)
  } finally {
    patience.stop()
    signal.removeEventListener('abort', stop)
    if (!isRead) own.abort()
  }
}

/** How long the end of a body may take after the end of its answer, ms. */
const TAIL_MS = 1_000

/** A body that is read to its end leaves its connection to the next request; one that is not, costs it. */
async function readToEnd(
  events: AsyncIterator<ServerSentEvent>,
  { clock, own }: { readonly clock: Clock; readonly own: AbortController },
): Promise<void> {
  const cancel = clock.after(TAIL_MS, () => own.abort())
  try {
    for (let next = await events.next(); !next.done; next = await events.next());
  } catch {
    // The answer was whole; how its connection ended is nobody's concern.
  } finally {
    cancel()
  }
}

/** The answer stopped before its end. */
export function brokenOffError(vendor: string, cause?: unknown): ParleyError {
  return new ParleyError('provider_failed', `${vendor} broke off in the middle of its answer.`, {
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  })
}

async function* noBody(): AsyncGenerator<Uint8Array> {}
