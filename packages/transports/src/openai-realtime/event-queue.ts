/**
 * Events of one client in their order. A long piece of sound is given in steps, so that other sessions of the process get
 * their turn, and what came behind it waits.
 */
import type { Cancel, Clock } from '@parley/core'

export interface EventQueue {
  /** False when no more fits. */
  add(text: string): boolean
  /** Sound of the event that is being dealt with. */
  feed(samples: Int16Array, rate: number): void
  /** What had to wait may be tried again. */
  resume(): void
  close(): void
}

export interface EventQueueOptions {
  readonly clock: Clock
  readonly maxBytes: number
  /** Deals with an event; false if it has to wait for `resume`. */
  take(text: string): boolean
  hear(samples: Int16Array, rate: number): void
}

/** Sound given in one step, ms. */
const STEP_MS = 400
/** What a short event still costs, bytes. */
const OVERHEAD = 64

export function createEventQueue({ clock, maxBytes, take, hear }: EventQueueOptions): EventQueue {
  let waiting: string[] = []
  let first = 0
  let bytes = 0
  let rest: { readonly samples: Int16Array; readonly rate: number } | undefined
  let cancel: Cancel | undefined
  let isPumping = false
  let isBlocked = false

  function step(): void {
    if (rest === undefined) return
    const { samples, rate } = rest
    const size = (rate * STEP_MS) / 1000
    rest = samples.length > size ? { samples: samples.subarray(size), rate } : undefined
    hear(samples.subarray(0, size), rate)
    if (rest === undefined) return
    cancel ??= clock.after(0, () => {
      cancel = undefined
      step()
      pump()
    })
  }

  function pump(): void {
    if (isPumping || isBlocked) return
    isPumping = true
    while (first < waiting.length && rest === undefined && !isBlocked) {
      const text = waiting[first] ?? ''
      if (take(text)) {
        waiting[first] = ''
        first += 1
        bytes -= text.length + OVERHEAD
      } else isBlocked = true
    }
    if (first === waiting.length) {
      waiting = []
      first = 0
    }
    isPumping = false
  }

  return {
    add(text) {
      const cost = text.length + OVERHEAD
      if (bytes + cost > maxBytes) return false
      bytes += cost
      waiting.push(text)
      pump()
      return true
    },
    feed(samples, rate) {
      rest = { samples, rate }
      step()
    },
    resume() {
      isBlocked = false
      pump()
    },
    close() {
      cancel?.()
      isBlocked = true
      waiting = []
      first = 0
      bytes = 0
      rest = undefined
    },
  }
}
