/** Names and texts of agents that are not taken, and what is told of them. */

import { ParleyError } from '@parley/core'
import { isStorable, MAX_AGENT_CHARACTERS } from '@parley/platform'
import type { AgentProblem } from './agent-problems.js'
import { TRIAL_PREFIX } from './stored-agents.js'

export function refused(name: string, problems: readonly AgentProblem[]): ParleyError {
  const lines = problems.map(
    ({ line, column, message, hint }) =>
      `${line}:${column}: ${message}${hint === undefined ? '' : `; ${hint}`}`,
  )
  return new ParleyError('bad_agent', `"${name}" has mistakes.\n${lines.join('\n')}`, {
    details: { problems },
  })
}

/** @throws ParleyError `bad_message` for what no database keeps, `too_large` */
export function refuseOdd(name: string, yaml: string): void {
  const named = name.trim() === name && name !== '' && name.length <= 100 && !name.startsWith(TRIAL_PREFIX)
  if (!named || /\p{Cc}/u.test(name) || !isStorable(name))
    throw new ParleyError(
      'bad_message',
      `A name has 1–100 characters and does not begin with "${TRIAL_PREFIX}".`,
    )
  if (yaml.length > MAX_AGENT_CHARACTERS)
    throw new ParleyError('too_large', `An agent has at most ${MAX_AGENT_CHARACTERS} characters.`)
  if (!isStorable(yaml))
    throw new ParleyError(
      'bad_message',
      'The text holds a character that cannot be kept (U+0000, half of a pair).',
    )
}
