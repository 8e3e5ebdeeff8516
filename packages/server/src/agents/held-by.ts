import type { Tap } from '@parley/core'
import type { ChosenAgent } from './stored-agents.js'

export interface HeldParts extends Pick<ChosenAgent, 'agent'> {
  /** Undefined for an agent that stands already. */
  readonly assembled: ChosenAgent['assembled']
  /** To be among the session's taps. */
  readonly leaving: Tap
}

/** Opens a session with an agent that is released when the session is over, or does not begin. */
export async function heldBy<Opened>(
  { agent, assembled, release }: ChosenAgent,
  open: (held: HeldParts) => Promise<Opened>,
): Promise<Opened> {
  const leaving: Tap = { name: 'agent', event: ({ kind }) => kind === 'session-ended' && release() }
  try {
    return await open({ agent, assembled, leaving })
  } catch (error) {
    release()
    throw error
  }
}
