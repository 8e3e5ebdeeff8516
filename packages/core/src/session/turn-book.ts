import type { Ids } from '../clock/clock.js'
import type { TurnId } from '../ids.js'
import { CallerTurn } from '../turn/caller-turn.js'
import type { Turn } from '../turn/history.js'

/** Late words may belong to one of the turns before; further back they are too old to change anything. */
const KEPT = 4

/** The caller's turns that can still change: the one under way and the few before it. */
export class TurnBook {
  readonly #ids: Ids
  readonly #turns: CallerTurn[] = []

  constructor(ids: Ids) {
    this.#ids = ids
  }

  /** The newest turn, open or committed. */
  get current(): CallerTurn | undefined {
    return this.#turns.at(-1)
  }

  /** A turn of another process, which is over and waits for its answer. */
  takeUp({ id, origin, text }: Pick<Turn, 'id' | 'origin' | 'text'>, atMs: number): CallerTurn {
    const turn = new CallerTurn(id, origin, atMs)
    if (origin === 'prompt') turn.prompt = text
    else turn.hand(text)
    turn.commit(atMs)
    this.#turns.push(turn)
    return turn
  }

  open(origin: CallerTurn['origin'], startMs: number): CallerTurn {
    const turn = new CallerTurn(this.#ids.next('trn') as TurnId, origin, startMs)
    this.#turns.push(turn)
    if (this.#turns.length > KEPT) this.#turns.shift()
    return turn
  }

  /**
   * The turn in which words that end at `atMs` were spoken: the nearest, of equals the newest; undefined for words
   * spoken over the agent.
   */
  spokenAt(atMs: number): CallerTurn | undefined {
    let found: CallerTurn | undefined
    let foundMs = Number.POSITIVE_INFINITY
    for (const turn of this.#turns) {
      const distanceMs = turn.origin === 'speech' ? turn.distanceMs(atMs) : undefined
      if (distanceMs === undefined || distanceMs > foundMs) continue
      found = turn
      foundMs = distanceMs
    }
    return found
  }
}
