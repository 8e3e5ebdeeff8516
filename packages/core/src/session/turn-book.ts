import type { Ids } from '../clock/clock.js'
import type { TurnId } from '../ids.js'
import { CallerTurn } from '../turn/caller-turn.js'

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

  open(origin: CallerTurn['origin'], startMs: number): CallerTurn {
    const turn = new CallerTurn(this.#ids.next('trn') as TurnId, origin, startMs)
    this.#turns.push(turn)
    if (this.#turns.length > KEPT) this.#turns.shift()
    return turn
  }

  /** The turn in which words that end at `atMs` were spoken; undefined for words spoken over the agent. */
  spokenAt(atMs: number): CallerTurn | undefined {
    return this.#turns.findLast(turn => turn.origin === 'speech' && turn.covers(atMs))
  }
}
