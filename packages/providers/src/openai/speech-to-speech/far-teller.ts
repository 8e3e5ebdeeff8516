/** Who is told of events. What becomes known during a call of ours is told right after it, and all stays in order. */

import type { FarEvent } from '@parley/core'

export interface FarTeller {
  tell(event: FarEvent): void
  /** Once the call that is running is over. */
  tellSoon(event: FarEvent): void
  /** Nothing is told any more. */
  end(): void
}

export function farTeller(onEvent: (event: FarEvent) => void): FarTeller {
  let later: FarEvent[] = []
  let isOver = false

  function flush(): void {
    while (later.length > 0) {
      const events = later
      later = []
      for (const event of events) if (!isOver) onEvent(event)
    }
  }

  return {
    tell(event) {
      if (later.length > 0) flush()
      if (!isOver) onEvent(event)
    },
    tellSoon(event) {
      if (later.length === 0) queueMicrotask(flush)
      later.push(event)
    },
    end() {
      isOver = true
      later = []
    },
  }
}
