/**
 * How the conversation is held now: the agent's way, changed as the far end steers, and what is made of it. Keeps no
 * floor and carries nothing out.
 */

import type { Endpointing } from '../endpointing/endpointing.js'
import type { TurnPolicy } from '../floor/policy.js'
import type { Judge } from '../judge/judge.js'
import type { Wishes } from '../turn/wishes.js'
import type { TurnTaking } from '../turn-taking.js'
import { type Steer, type TurnChange, unsteered } from './steering.js'

export interface ConductParts {
  /** The agent's own. */
  readonly policy: TurnPolicy
  turnTaking(policy: TurnPolicy): TurnTaking
}

/** What a change has made anew; learned habits are lost with it. */
export interface Remade {
  readonly judge: boolean
  readonly endpointing: boolean
}

export class Conduct {
  readonly #parts: ConductParts
  #steer: Steer = unsteered
  #policy: TurnPolicy
  #turnTaking: TurnTaking
  #wanted: { readonly wishes: Wishes | undefined } | undefined

  constructor(parts: ConductParts) {
    this.#parts = parts
    this.#policy = parts.policy
    this.#turnTaking = parts.turnTaking(parts.policy)
  }

  get steer(): Steer {
    return this.#steer
  }

  /** In effect now. */
  get policy(): TurnPolicy {
    return this.#policy
  }

  get judge(): Judge {
    return this.#turnTaking.judge
  }

  get endpointing(): Endpointing {
    return this.#turnTaking.endpointing
  }

  /** Whether only the far end's own word ends a turn. */
  get isTold(): boolean {
    return this.#steer.turnsEnd === 'told'
  }

  /** Of the next answer: those it was asked for with, else the conversation's. */
  get wishes(): Wishes {
    return this.#wanted?.wishes ?? this.#steer.wishes
  }

  /** The answer that was asked for and is not given yet. */
  get wanted(): { readonly wishes: Wishes | undefined } | undefined {
    return this.#wanted
  }

  /** An answer is asked for; the latest word counts. */
  want(wishes: Wishes | undefined): void {
    this.#wanted = { wishes }
  }

  /** The answer begins, or is not wanted any more. */
  unwant(): void {
    this.#wanted = undefined
  }

  configure(steer: Steer): Remade {
    const before = this.#policy
    // The same wishes said again make no prepared answer void.
    const wishes = isSame(steer.wishes, this.#steer.wishes) ? this.#steer.wishes : steer.wishes
    this.#steer = { ...steer, wishes }
    this.#policy = changed(this.#parts.policy, steer.turns)
    const judge = !isSame(before.judge, this.#policy.judge)
    const endpointing = !isSame(before.endpoint, this.#policy.endpoint)
    if (judge || endpointing) {
      const made = this.#parts.turnTaking(this.#policy)
      this.#turnTaking = {
        judge: judge ? made.judge : this.judge,
        endpointing: endpointing ? made.endpointing : this.endpointing,
      }
    }
    return { judge, endpointing }
  }
}

function changed(policy: TurnPolicy, { endpoint, bargeIn, judge, speculation }: TurnChange): TurnPolicy {
  return {
    ...policy,
    endpoint: { ...policy.endpoint, ...endpoint },
    bargeIn: bargeIn ?? policy.bargeIn,
    judge: { ...policy.judge, ...judge },
    speculation: { ...policy.speculation, ...speculation },
  }
}

/** Plain values; another order of fields counts as a change. */
function isSame(one: object, other: object): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
