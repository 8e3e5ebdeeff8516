/**
 * One speaking of a text, heard by everyone who asked for the same. It goes on no faster than the fastest of them reads,
 * each of them gets all of it from the beginning, and when the last one has left before the end the voice is stopped.
 */

import { ParleyError, type SpeechPart } from '@parley/core'
import { partBytes } from './sound-shelf.js'

export interface Take {
  /** Also of a take that is under way, or over. */
  open(): SpeechReader
  readonly bytes: number
}

export interface SpeechReader {
  /** The next part, undefined at the end. @throws what the voice throws, and the reason this was closed with. */
  next(): Promise<SpeechPart | undefined>
  /** Leaves. Calling it twice is fine; a pending `next` settles once the voice has stopped. */
  close(reason?: ParleyError): void
}

export interface TakeOptions {
  /** Begins to speak; once at most. */
  speak(signal: AbortSignal): AsyncIterable<SpeechPart>
  /** It is over: whole, or not. Told once. */
  onEnd(end: { readonly whole: readonly SpeechPart[] } | { readonly error: unknown }): void
}

type End = { readonly kind: 'whole' } | { readonly kind: 'failed'; readonly error: unknown }

export function createTake({ speak, onEnd }: TakeOptions): Take {
  const parts: SpeechPart[] = []
  const stop = new AbortController()
  const readers = new Set<SpeechReader>()
  let voice: AsyncIterator<SpeechPart> | undefined
  let pulling: Promise<void> | undefined
  let end: End | undefined
  let bytes = 0

  function finish(how: End): void {
    if (end !== undefined) return
    end = how
    onEnd(how.kind === 'whole' ? { whole: parts } : { error: how.error })
  }

  /** One part for all who wait for it. */
  function pull(): Promise<void> {
    pulling ??= pullOne().finally(() => {
      pulling = undefined
    })
    return pulling
  }

  async function pullOne(): Promise<void> {
    try {
      voice ??= speak(stop.signal)[Symbol.asyncIterator]()
      const { done, value } = await voice.next()
      // A voice that was stopped ends as if it had said everything.
      if (stop.signal.aborted) return finish({ kind: 'failed', error: stop.signal.reason })
      if (done === true) return finish({ kind: 'whole' })
      parts.push(value)
      bytes += partBytes(value)
    } catch (error) {
      finish({ kind: 'failed', error })
    }
  }

  function abandon(): void {
    const reason = new ParleyError('timeout', 'Nobody waits for this text any more.')
    stop.abort(reason)
    finish({ kind: 'failed', error: reason })
    // It ends by the signal; one that waits in a yield ends by this.
    voice?.return?.().catch(() => undefined)
  }

  return {
    open() {
      let at = 0
      let closed: { readonly reason: ParleyError | undefined } | undefined
      const reader: SpeechReader = {
        async next() {
          for (;;) {
            if (closed?.reason !== undefined) throw closed.reason
            if (closed !== undefined) return undefined
            const part = parts[at]
            if (part !== undefined) {
              at++
              return part
            }
            if (end?.kind === 'failed') throw end.error
            if (end !== undefined) return undefined
            await pull()
          }
        },
        close(reason) {
          if (closed !== undefined) return
          closed = { reason }
          readers.delete(reader)
          if (readers.size === 0 && end === undefined) abandon()
        },
      }
      readers.add(reader)
      return reader
    },
    get bytes() {
      return bytes
    },
  }
}

/** Reads what is kept. */
export function readKept(parts: readonly SpeechPart[]): SpeechReader {
  let at = 0
  let closed: ParleyError | true | undefined
  return {
    async next() {
      if (closed instanceof ParleyError) throw closed
      return closed === undefined ? parts[at++] : undefined
    },
    close(reason) {
      closed ??= reason ?? true
    },
  }
}
