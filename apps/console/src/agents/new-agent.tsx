/** The way to a new agent: its name, and what it begins with. The editor opens with it; nothing is saved yet. */
import { type FormEvent, useState } from 'react'
import { usePageWords } from '../i18n/language.js'
import { pathTo } from '../route.js'
import type { AgentSummary } from './agent-types.js'
import { templateNames } from './templates.js'
import { words as table } from './words.js'

export function NewAgent({ agents }: { readonly agents: readonly AgentSummary[] }) {
  const words = usePageWords(table).make
  const [name, setName] = useState('')
  const [begin, setBegin] = useState(() => given(agents))
  const [problem, setProblem] = useState<string>()

  function go(event: FormEvent): void {
    event.preventDefault()
    const wanted = name.trim()
    if (agents.some(agent => agent.name === wanted)) return setProblem(words.taken)
    if (wanted === '' || wanted.length > 100 || wanted.startsWith('try:')) return setProblem(words.odd)
    location.hash = `${pathTo('agents', wanted)}?${begin}`
  }

  return (
    <form className="agent-new" onSubmit={go} noValidate>
      <h3>{words.heading}</h3>
      <div className="agent-new-fields">
        <div className="field">
          <label htmlFor="agent-new-name">{words.name}</label>
          <input
            id="agent-new-name"
            autoComplete="off"
            maxLength={100}
            aria-describedby="agent-new-hint"
            aria-invalid={problem !== undefined}
            value={name}
            onChange={event => {
              setName(event.target.value)
              setProblem(undefined)
            }}
          />
        </div>
        <div className="field">
          <label htmlFor="agent-new-begin">{words.template}</label>
          <select id="agent-new-begin" value={begin} onChange={event => setBegin(event.target.value)}>
            {templateNames.map(template => (
              <option key={template} value={`template=${template}`}>
                {words.templates[template]}
              </option>
            ))}
            {agents.map(agent => (
              <option key={agent.name} value={`from=${encodeURIComponent(agent.name)}`}>
                {words.copyOf(agent.name)}
              </option>
            ))}
          </select>
        </div>
        <button type="submit" className="button button-main">
          {words.go}
        </button>
      </div>
      <p className="hint" id="agent-new-hint" role={problem === undefined ? undefined : 'alert'}>
        {problem ?? words.nameHint}
      </p>
    </form>
  )
}

/** What the address asks to copy, else the first template. */
function given(agents: readonly AgentSummary[]): string {
  const from = new URLSearchParams(location.hash.split('?')[1] ?? '').get('from')
  const known = from !== null && agents.some(({ name }) => name === from)
  return known ? `from=${encodeURIComponent(from)}` : 'template=receptionEn'
}
