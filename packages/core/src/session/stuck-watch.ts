import type { Floor } from '../floor/floor.js'

/** What the floor waits for, as it stands now. */
export interface Waiting {
  readonly floor: Floor
  /** Whether the ear hears the caller's voice. */
  readonly speaking: boolean
  /** Whether the timer that ends the caller's silence, or the judge's, runs. */
  readonly endpointRuns: boolean
  readonly judgeRuns: boolean
  /** Whether an answer is under way. */
  readonly answering: boolean
  /** How long the engine has sent nothing although all it sent was heard; 0 while there is something to hear, ms. */
  readonly engineSilentMs: number
}

/** A floor that waits for nothing for this long is stuck. */
const GRACE_MS = 3_000
/** An engine that sends nothing for this long, with nothing left to hear, is not waited for any more. */
const ENGINE_MS = 20_000

/**
 * Notices a floor that nothing would ever change. The table of the floor has no such place; an engine or an ear that
 * does not keep its contract could make one, and a caller must not be left in it.
 */
export class StuckWatch {
  #sinceMs: number | undefined
  #floor: Floor = 'open'

  /** Something came from outside: it may still go on. */
  stirred(): void {
    this.#sinceMs = undefined
  }

  /** How long the floor has been stuck, once the grace is over; then it counts anew. */
  look(waiting: Waiting, nowMs: number): number | undefined {
    if (waitsForSomething(waiting) || waiting.floor !== this.#floor) this.#sinceMs = undefined
    this.#floor = waiting.floor
    if (waitsForSomething(waiting)) return undefined
    this.#sinceMs ??= nowMs
    const forMs = nowMs - this.#sinceMs
    if (forMs < GRACE_MS) return undefined
    this.#sinceMs = undefined
    return forMs
  }
}

function waitsForSomething(waiting: Waiting): boolean {
  const { floor, speaking, endpointRuns, judgeRuns, engineSilentMs } = waiting
  const answering = waiting.answering && engineSilentMs < ENGINE_MS
  switch (floor) {
    case 'open':
      return true
    case 'user':
      return speaking
    case 'pause':
      return endpointRuns
    case 'thinking':
    case 'agent':
      return answering
    case 'overlap':
      return answering && (speaking || judgeRuns || endpointRuns)
    default:
      floor satisfies never
      return true
  }
}
