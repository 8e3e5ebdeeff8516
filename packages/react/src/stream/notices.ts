/** Tells listeners of changes: of states at once, of frames together, before the next picture and not too often. */
import type { StreamEnvironment } from './stream-types.js'

export interface Notices {
  /** Whether anybody listens. */
  readonly watched: boolean
  /** Something small changed; many of these are told as one. */
  soon(): void
  /** Something changed that nobody should learn late. */
  now(): void
  subscribe(changed: () => void): () => void
}

export function createNotices(
  environment: Pick<StreamEnvironment, 'now' | 'after' | 'nextFrame'>,
  throttleMs: number,
  tell: () => void,
): Notices {
  const listeners = new Set<{ readonly changed: () => void }>()
  let cancel: (() => void) | undefined
  let toldAt = Number.NEGATIVE_INFINITY

  function fire(): void {
    cancel?.()
    cancel = undefined
    toldAt = environment.now()
    tell()
    for (const listener of [...listeners]) listener.changed()
  }

  return {
    get watched() {
      return listeners.size > 0
    },
    now: fire,
    soon() {
      if (cancel !== undefined || listeners.size === 0 || throttleMs === Number.POSITIVE_INFINITY) return
      const waitMs = toldAt + throttleMs - environment.now()
      const beforePicture = () => {
        cancel = environment.nextFrame(fire)
      }
      // Half a picture early is in time for the picture; a whole one late would halve the rate.
      if (waitMs > 8) cancel = environment.after(waitMs - 8, beforePicture)
      else beforePicture()
    },
    subscribe(changed) {
      const listener = { changed }
      listeners.add(listener)
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        cancel?.()
        cancel = undefined
      }
    },
  }
}
