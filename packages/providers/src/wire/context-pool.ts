/**
 * Sockets on which a vendor speaks many things at once. One serves everybody as long as it has room; one that was lost
 * while nobody used it is replaced in silence, before the next use.
 */

import { ParleyError } from '@parley/core'
import type { VendorContext } from '../vendor.js'
import {
  type ContextLine,
  type ContextListener,
  type SharedLine,
  type SharedLineOptions,
  sharedLine,
} from './shared-line.js'

export interface ContextPool<Event> {
  /** Begins a context on a socket of this path, with its query. */
  open(path: string, id: string, listener: ContextListener<Event>): ContextLine
  /** Opens a socket if none has room. */
  warm(path: string): void
  /** What is being said is lost. */
  close(): void
}

export function contextPool<Event>(
  context: VendorContext,
  options: SharedLineOptions<Event>,
): ContextPool<Event> {
  const lines = new Map<SharedLine<Event>, string>()

  function lineFor(path: string): SharedLine<Event> {
    for (const [line, its] of lines) if (its === path && line.hasRoom) return line
    const line: SharedLine<Event> = sharedLine(context, options, {
      path,
      onGone: () => lines.delete(line),
    })
    lines.set(line, path)
    return line
  }

  return {
    open: (path, id, listener) => lineFor(path).open(id, listener),
    warm(path) {
      lineFor(path)
    },
    close() {
      const error = new ParleyError('provider_failed', `${options.vendor} was closed while it was in use.`)
      for (const line of [...lines.keys()]) line.end(error)
    },
  }
}
