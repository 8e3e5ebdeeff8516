/** Contexts that wait for the next clause of their reply: few, and not long. What has to go is ended properly. */

import type { Cancel, Clock } from '@parley/core'
import type { SpeechContext } from './speech-context.js'

export interface KeptContexts {
  /** The context kept under this name, now the caller's. */
  take(name: string): SpeechContext | undefined
  put(name: string, context: SpeechContext): void
  close(): void
}

export function keptContexts({
  clock,
  most,
  keepMs,
}: {
  readonly clock: Clock
  readonly most: number
  readonly keepMs: number
}): KeptContexts {
  const kept = new Map<string, { readonly context: SpeechContext; readonly cancel: Cancel }>()

  function drop(name: string): SpeechContext | undefined {
    const entry = kept.get(name)
    entry?.cancel()
    kept.delete(name)
    return entry?.context
  }

  return {
    take(name) {
      const context = drop(name)
      return context?.isOver === false ? context : undefined
    },
    put(name, context) {
      drop(name)?.end()
      kept.set(name, { context, cancel: clock.after(keepMs, () => drop(name)?.end()) })
      for (const oldest of kept.keys()) {
        if (kept.size <= most) return
        drop(oldest)?.end()
      }
    },
    close() {
      for (const name of [...kept.keys()]) drop(name)
    },
  }
}
