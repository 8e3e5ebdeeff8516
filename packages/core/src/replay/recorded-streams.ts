import type { ReplyPart } from '../engine.js'
import { ParleyError } from '../errors.js'
import type { LogEntry } from './log-entry.js'
import type { Request } from './replay-engine.js'
import { soundOf } from './replay-stage.js'

/** What an engine once answered to a request. */
export interface RecordedStream {
  readonly request: Request
  /** When it was asked, ms of the session clock. */
  readonly atMs: number
  /** Times are ms after the request. */
  readonly parts: { readonly afterMs: number; readonly part: ReplyPart }[]
  /** Where it was cut there is none; it ends with its last part. */
  end: { readonly afterMs: number; readonly error: ParleyError | undefined } | undefined
}

/** The answers of a recorded session, for another course of it. */
export interface StreamBook {
  /** The recorded answer to the same words, else the nearest in time to the same kind of request; each once. */
  take(request: Request, atMs: number): RecordedStream | undefined
  /** Requests that got an answer to other words, and none at all. */
  readonly guessed: number
  readonly unanswered: number
}

/** Collects the streams of a replay: tell it each request and each entry. */
export function createStreamRecorder() {
  const streams: RecordedStream[] = []
  let nowMs = 0
  return {
    asked(request: Request, atMs: number): void {
      streams.push({ request, atMs, parts: [], end: undefined })
    },
    get nowMs(): number {
      return nowMs
    },
    entry(entry: LogEntry): void {
      nowMs = entry.atMs
      if (entry.kind !== 'part' && entry.kind !== 'parts-end') return
      const stream = streams[entry.stream]
      if (stream === undefined) return
      const afterMs = entry.atMs - stream.atMs
      if (entry.kind === 'part') {
        const { part, count } = entry
        const whole =
          part.kind === 'audio' ? { ...part, samples: soundOf({ samples: part.samples, count }) } : part
        stream.parts.push({ afterMs, part: whole })
      } else {
        const { error } = entry
        stream.end = { afterMs, error: error && new ParleyError(error.code, error.message) }
      }
    },
    /** A book of all of it; every course needs its own. */
    book: (): StreamBook => createStreamBook(streams),
  }
}

function createStreamBook(recorded: readonly RecordedStream[]): StreamBook {
  const left = new Set(recorded)
  let guessed = 0
  let unanswered = 0

  function nearest(fits: (stream: RecordedStream) => boolean, atMs: number): RecordedStream | undefined {
    let best: RecordedStream | undefined
    for (const stream of left) {
      if (!fits(stream)) continue
      if (best === undefined || Math.abs(stream.atMs - atMs) < Math.abs(best.atMs - atMs)) best = stream
    }
    return best
  }

  return {
    get guessed() {
      return guessed
    },
    get unanswered() {
      return unanswered
    },
    take({ kind, text }, atMs) {
      const same = nearest(({ request }) => request.kind === kind && request.text === text, atMs)
      const found = same ?? nearest(({ request }) => request.kind === kind, atMs)
      if (found === undefined) unanswered += 1
      else if (same === undefined) guessed += 1
      if (found === undefined) return undefined
      left.delete(found)
      const lastMs = found.parts.at(-1)?.afterMs ?? 0
      return { ...found, end: found.end ?? { afterMs: lastMs, error: undefined } }
    },
  }
}
