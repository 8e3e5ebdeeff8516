/** How turns are taken; per agent, and where it says so per reply. All durations in ms of the caller's media time. */
export interface TurnPolicy {
  readonly endpoint: EndpointPolicy
  /** Who may take the floor by voice while the agent speaks. A reply may have its own. */
  readonly bargeIn: BargeIn
  readonly judge: JudgePolicy
  /** What a telephone key does while the agent speaks. */
  readonly dtmf: 'interrupt' | 'ignore'
  readonly speculation: SpeculationPolicy
  readonly deadAir: DeadAirPolicy
}

/** `any` speech that is meant; `words` only, by the recogniser; `none`: the reply is heard to its end. */
export type BargeIn = 'any' | 'words' | 'none'

export interface EndpointPolicy {
  /** Least silence after the last voiced sample that ends a turn. */
  readonly minMs: number
  /** Silence that ends a turn whatever is known. */
  readonly maxMs: number
  /** How sure to be that the caller is done, 0..1, exclusive: higher waits longer and cuts off less. */
  readonly confidence: number
  /** `evidence`: a vendor's end shortens the wait; `decides`: it ends the turn; `ignored`. */
  readonly vendor: 'evidence' | 'decides' | 'ignored'
}

export interface JudgePolicy {
  /** Overlapping voice this long silences the agent until it is judged. */
  readonly holdMs: number
  /** Overlapping voice this long is a barge-in, whatever is said. */
  readonly claimMs: number
  /** Longest wait for words after a short overlap ended. */
  readonly wordsMs: number
  /** An overlap is ruled on at the latest after this long. */
  readonly maxMs: number
  /** Words needed with `bargeIn: words`; a command counts alone. */
  readonly minWords: number
}

export interface SpeculationPolicy {
  /** Answers prepared and thrown away in one turn before the end of the turn is waited for; 0 prepares none. */
  readonly perTurn: number
  /** Sound thrown away in a minute after which none is prepared, ms. */
  readonly wastedMsPerMinute: number
}

export interface DeadAirPolicy {
  /** Said while the answer is late, in turn; empty says nothing. */
  readonly fillers: readonly string[]
  /** How late the answer must be, ms after the end of the turn. */
  readonly fillerAfterMs: number
  /** Said when nobody says anything, in turn; empty says nothing. */
  readonly prompts: readonly string[]
  /** How long nobody has said anything, ms. */
  readonly promptAfterMs: number
  /** Said before the session ends for want of an answer to the prompts; empty ends without a word. */
  readonly goodbye: string
}

export const defaultTurnPolicy: TurnPolicy = {
  endpoint: { minMs: 220, maxMs: 1_200, confidence: 0.9, vendor: 'evidence' },
  bargeIn: 'any',
  judge: { holdMs: 120, claimMs: 600, wordsMs: 200, maxMs: 1_500, minWords: 2 },
  dtmf: 'interrupt',
  speculation: { perTurn: 3, wastedMsPerMinute: 20_000 },
  deadAir: { fillers: [], fillerAfterMs: 1_200, prompts: [], promptAfterMs: 15_000, goodbye: '' },
}
