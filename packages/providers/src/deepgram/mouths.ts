/**
 * The sockets of a voice. Each speaks one clause at a time, so clauses at the same time have one each; a few are kept for
 * the next, and one that has taken all it may is replaced before it is missed.
 */

import { ParleyError } from '@parley/core'
import type { Mouth } from './mouth.js'

/** What a socket is for, and cannot change. */
export interface MouthKind {
  readonly model: string
  readonly speed: number
}

export interface Mouths {
  /** A free socket of this kind, warm if there is one. */
  take(kind: MouthKind): Mouth
  /** Resolves when a free socket of this kind stands. @throws ParleyError */
  warm(kind: MouthKind): Promise<void>
  close(): void
}

export interface MouthEvents {
  onReady(): void
  onFree(): void
  onGone(error?: ParleyError): void
}

interface Waiter {
  resolve(): void
  reject(error: ParleyError): void
}

export function mouths(
  keepOpen: number,
  open: (kind: MouthKind, events: MouthEvents) => Mouth,
  warn: (error: ParleyError) => void,
): Mouths {
  /** The longest free first. */
  const all: { readonly kind: MouthKind; readonly mouth: Mouth }[] = []
  let closed = false

  function make(kind: MouthKind, waiter?: Waiter): Mouth {
    let waiting = waiter
    const settled = () => {
      const was = waiting
      waiting = undefined
      return was
    }
    const remove = () => {
      const at = all.indexOf(entry)
      if (at >= 0) all.splice(at, 1)
    }
    const mouth = open(kind, {
      onReady: () => settled()?.resolve(),
      onFree() {
        remove()
        if (closed) return mouth.close()
        if (mouth.isSpent) return replace(kind, mouth)
        all.push(entry)
        trim()
      },
      onGone(error) {
        remove()
        const waited = settled()
        if (waited !== undefined)
          waited.reject(error ?? new ParleyError('voice_failed', 'The voice was closed.'))
        else if (error !== undefined) warn(error)
      },
    })
    const entry = { kind, mouth }
    all.push(entry)
    return mouth
  }

  function freeOf(kind: MouthKind): Mouth | undefined {
    return all.findLast(each => isSame(each.kind, kind) && each.mouth.isFree && !each.mouth.isSpent)?.mouth
  }

  function replace(kind: MouthKind, spent: Mouth): void {
    spent.close()
    if (keepOpen > 0 && freeOf(kind) === undefined) make(kind)
  }

  function trim(): void {
    const free = all.filter(({ mouth }) => mouth.isFree)
    for (const { mouth } of free.slice(0, Math.max(0, free.length - keepOpen))) mouth.close()
  }

  return {
    take(kind) {
      for (const { mouth } of [...all]) if (mouth.isFree && mouth.isSpent) mouth.close()
      return freeOf(kind) ?? make(kind)
    },
    warm(kind) {
      if (freeOf(kind) !== undefined) return Promise.resolve()
      return new Promise((resolve, reject) => {
        make(kind, { resolve, reject })
      })
    },
    close() {
      closed = true
      for (const { mouth } of [...all]) mouth.close()
    },
  }
}

function isSame(one: MouthKind, other: MouthKind): boolean {
  return one.model === other.model && one.speed === other.speed
}
