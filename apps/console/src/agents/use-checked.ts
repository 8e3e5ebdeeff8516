/** What is wrong with a text while it is being written, asked of the gateway whenever the writing pauses. */
import { useEffect, useState } from 'react'
import { send } from '../ui/send.js'
import type { AgentProblem } from './agent-types.js'

const PAUSE_MS = 350

export interface Checked {
  readonly problems: readonly AgentProblem[]
  /** The text they are of; another than the present one while it is being checked. */
  readonly yaml: string | undefined
}

export function useChecked(name: string, yaml: string, token: string): Checked {
  const [checked, setChecked] = useState<Checked>({ problems: [], yaml: undefined })
  useEffect(() => {
    let left = false
    const timer = setTimeout(async () => {
      const sent = await send<{ readonly problems: readonly AgentProblem[] }>({
        ...{ method: 'POST', path: '/api/agents/check', token, body: { yaml, name } },
      })
      if (left) return
      // What stands in the way of a check is no mistake of the text, but has to be seen as well.
      const problems = sent.ok
        ? sent.value.problems
        : [{ level: 'warning' as const, line: 1, column: 1, message: sent.message }]
      setChecked({ problems, yaml })
    }, PAUSE_MS)
    return () => {
      left = true
      clearTimeout(timer)
    }
  }, [name, yaml, token])
  return checked
}
