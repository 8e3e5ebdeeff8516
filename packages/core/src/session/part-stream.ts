import type { ReplyPart } from '../engine.js'
import { ParleyError } from '../errors.js'
import { until } from '../until.js'
import type { Entrance } from './entrance.js'

export interface PartStream {
  readonly into: {
    part(part: ReplyPart): void
    /** No more comes; not told after `abort`. */
    end(error: ParleyError | undefined): void
  }
  /** Nothing of it enters any more. */
  abort(): void
}

export interface PartStreamOptions {
  readonly entrance: Entrance
  /** Its number among the streams of the session, from 0, for the log. */
  readonly stream: number
  /** Resolves once more may be drawn; undefined for at once. */
  room(): Promise<void> | undefined
}

/** Draws an engine's parts, each entering the session as a thing of its own. */
export function drawParts(
  { entrance, stream, room }: PartStreamOptions,
  make: (signal: AbortSignal) => AsyncIterable<ReplyPart>,
  into: PartStream['into'],
): PartStream {
  const controller = new AbortController()
  const { signal } = controller

  function end(error: ParleyError | undefined): void {
    entrance.enter(() => {
      if (signal.aborted) return
      const told = error && { code: error.code, message: error.message }
      entrance.note(() => ({ kind: 'parts-end', stream, error: told }))
      into.end(error)
    })
  }

  async function draw(): Promise<void> {
    try {
      for await (const part of until(signal, make(signal))) {
        entrance.enter(() => {
          if (signal.aborted) return
          const count = part.kind === 'audio' ? part.samples.length : 0
          entrance.note(() => ({ kind: 'part', stream, part, count }))
          into.part(part)
        })
        await room()
      }
      end(undefined)
    } catch (error) {
      end(ParleyError.from(error, 'engine_failed'))
    }
  }

  void draw()
  return { into, abort: () => controller.abort() }
}
