/** The surroundings of a stream in a browser and in React Native: the same globals, of which the latter has fewer. */
import { browserEnvironment } from '@parley/client'
import type { StreamEnvironment } from './stream-types.js'

const FRAME_MS = 16

/** Nothing is touched until it is used, so a server may make one. */
export function pageEnvironment(): StreamEnvironment {
  const { openSocket, now, after, random, network } = browserEnvironment()
  return {
    openSocket,
    now,
    after,
    random,
    network,
    nextFrame(run) {
      if (typeof globalThis.requestAnimationFrame !== 'function') return after(FRAME_MS, run)
      const frame = requestAnimationFrame(run)
      return () => cancelAnimationFrame(frame)
    },
  }
}
