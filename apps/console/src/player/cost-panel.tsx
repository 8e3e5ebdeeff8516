/** What the conversation used of its providers and what it cost; nothing where the gateway does not tell it. */

import { useEffect, useState } from 'react'
import { CostNotes, UsageList } from '../costs/usage-table.js'
import type { SessionUsage } from '../costs/usage-types.js'
import { askGateway } from '../history/stored.js'
import { usePageWords } from '../i18n/language.js'
import { words } from './words.js'

interface CostPanelProps {
  readonly path: string
  readonly token: string
  /** Whether more may be used: it is asked again once the conversation is over. */
  readonly running: boolean
}

export function CostPanel({ path, token, running }: CostPanelProps) {
  const text = usePageWords(words)
  const usage = useUsage(path, token, running)
  if (usage === undefined) return null
  const { kept, lines, currency } = usage
  return (
    <section className="section player-cost" aria-labelledby="cost-heading">
      <h3 id="cost-heading">{text.cost}</h3>
      {!kept && <p className="hint">{lines.length === 0 ? text.costUnknown : text.costPartly}</p>}
      {kept && lines.length === 0 && <p className="hint">{text.costNothing}</p>}
      {lines.length > 0 && <CostNotes {...usage} />}
      {lines.length > 0 && <UsageList lines={lines} currency={currency} />}
    </section>
  )
}

function useUsage(path: string, token: string, running: boolean): SessionUsage | undefined {
  const [usage, setUsage] = useState<SessionUsage>()
  // biome-ignore lint/correctness/useExhaustiveDependencies: once it is over, there is more to tell.
  useEffect(() => {
    const leaving = new AbortController()
    askGateway<SessionUsage>(path, { token, signal: leaving.signal }).then(
      answer => {
        if (answer.kind === 'here') setUsage(answer.value)
      },
      () => {
        // Nobody looks at it any more.
      },
    )
    return () => leaving.abort()
  }, [path, token, running])
  return usage
}
