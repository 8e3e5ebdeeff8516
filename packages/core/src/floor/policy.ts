/** How turns are taken; per agent. All durations in ms of the caller's media time. */
export interface TurnPolicy {
  /** Silence after the last voiced sample that ends a turn. */
  readonly endpointMs: number
  /** Overlapping speech this long takes the floor from the agent; shorter is let pass. */
  readonly bargeInMs: number
  /** Whether the caller may take the floor by voice while the agent speaks. */
  readonly interruptible: boolean
  /** Whether an answer is prepared during the endpointing silence, once a final text is there. */
  readonly prepare: boolean
}

export const defaultTurnPolicy: TurnPolicy = {
  endpointMs: 700,
  bargeInMs: 300,
  interruptible: true,
  prepare: true,
}
