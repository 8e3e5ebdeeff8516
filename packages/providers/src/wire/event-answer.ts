/**
 * An answer that streams as server-sent events: the request, the patience with it, and a reader that makes parts of the
 * events. It ends without a word after an abort, and leaves neither body nor timer behind however it ends.
 */

import { ParleyError } from '@parley/core'
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
    for await (const event of serverSentEvents(response.body ?? noBody())) {
      patience.alive()
      for (const part of reader.read(event)) {
        if (part.kind !== 'usage') patience.begun()
        patience.rest()
        yield part
        patience.alive()
        if (signal.aborted) return
      }
      if (reader.done) return
    }
    if (!signal.aborted) yield* reader.end()
  } catch (error) {
    if (signal.aborted) return
    if (late !== undefined) throw late
    if (error instanceof ParleyError) throw error
    throw brokenOffError(answer.call.vendor, error)
  } finally {
    patience.stop()
    signal.removeEventListener('abort', stop)
    own.abort()
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
