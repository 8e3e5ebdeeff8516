/** One agent: what it begins with is asked of the gateway, or made from a template or another agent. */
import { useEffect, useState } from 'react'
import { NotHere } from '../history/history.js'
import { askGateway, type Loaded } from '../history/stored.js'
import { usePageWords } from '../i18n/language.js'
import { pathTo } from '../route.js'
import type { ConsoleSession } from '../session/console-session.js'
import { PageFrame } from '../ui/page-frame.js'
import { AgentEditor } from './agent-editor.js'
import { type AgentDetail, agentPath } from './agent-types.js'
import { renamed, templateNames, templateText } from './templates.js'
import { words as table } from './words.js'

interface WorkshopProps {
  readonly session: ConsoleSession
  readonly name: string
}

export function AgentWorkshop({ session, name }: WorkshopProps) {
  const words = usePageWords(table)
  const [loaded, setLoaded] = useState<Loaded<AgentDetail>>({ kind: 'loading' })
  const [attempt, setAttempt] = useState(0)
  const token = session.token()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another question.
  useEffect(() => {
    const leaving = new AbortController()
    beginning(name, { token, signal: leaving.signal }).then(setLoaded, () => {
      // Nobody looks at it any more.
    })
    return () => leaving.abort()
  }, [name, token, attempt])
  if (loaded.kind === 'here') return <AgentEditor session={session} beginning={loaded.value} />
  return (
    <PageFrame title={name} back={{ href: pathTo('agents'), text: words.editor.back }}>
      <NotHere loaded={loaded} session={session} retry={() => setAttempt(count => count + 1)} scope="admin" />
    </PageFrame>
  )
}

type Asking = Parameters<typeof askGateway>[1]

/** A name that is none yet begins with what the address says behind `?`. */
async function beginning(name: string, asking: Asking): Promise<Loaded<AgentDetail>> {
  const found = await askGateway<AgentDetail>(agentPath(name), asking)
  if (found.kind !== 'missing') return found
  const wanted = new URLSearchParams(location.hash.split('?')[1] ?? '')
  const template = templateNames.find(each => each === wanted.get('template'))
  const from = wanted.get('from')
  if (template !== undefined) return { kind: 'here', value: freshAgent(name, templateText(template, name)) }
  if (from === null) return found
  const source = await askGateway<AgentDetail>(agentPath(from), asking)
  if (source.kind !== 'here') return source
  return { kind: 'here', value: freshAgent(name, renamed(source.value.yaml ?? '', name)) }
}

function freshAgent(name: string, yaml: string): AgentDetail {
  return { name, inForce: 'none', versions: [], problems: [], yaml }
}
