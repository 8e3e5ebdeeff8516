import type { DeadAirPolicy } from '../floor/policy.js'

/** What the agent is to say although nobody said anything. */
export interface Prompt {
  readonly text: string
  /** The session ends once it was heard. */
  readonly last: boolean
}

/** Notices that an answer is late, or that nobody says anything, and says what is to be said then; each thing once. */
export class DeadAir {
  readonly #policy: DeadAirPolicy
  #quietSinceMs: number | undefined
  #prompts = 0
  #fillers = 0

  constructor(policy: DeadAirPolicy) {
    this.#policy = policy
  }

  /** The caller said something, or pressed a key. */
  spoken(): void {
    this.#quietSinceMs = undefined
    this.#prompts = 0
  }

  /** Looks at an open floor (`quiet`) or any other. The prompt that is due, once. */
  prompt(quiet: boolean, nowMs: number): Prompt | undefined {
    const { prompts, promptAfterMs, goodbye } = this.#policy
    if (!quiet || prompts.length === 0) {
      this.#quietSinceMs = undefined
      return undefined
    }
    this.#quietSinceMs ??= nowMs
    if (nowMs - this.#quietSinceMs < promptAfterMs) return undefined
    this.#quietSinceMs = undefined
    const text = prompts[this.#prompts]
    this.#prompts += 1
    return text === undefined ? { text: goodbye, last: true } : { text, last: false }
  }

  /** The filler for an answer that is `lateMs` late and has none yet. */
  filler(lateMs: number): string | undefined {
    const { fillers, fillerAfterMs } = this.#policy
    if (fillers.length === 0 || lateMs < fillerAfterMs) return undefined
    const text = fillers[this.#fillers % fillers.length]
    this.#fillers += 1
    return text
  }
}
