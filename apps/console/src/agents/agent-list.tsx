/** All agents with what is in force, and the way to a new one. */
import { NotHere } from '../history/history.js'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { pathTo } from '../route.js'
import type { ConsoleSession } from '../session/console-session.js'
import { Chip } from '../ui/chip.js'
import { DataTable } from '../ui/data-table.js'
import { Empty } from '../ui/empty.js'
import { PageFrame } from '../ui/page-frame.js'
import { useKept } from '../ui/use-kept.js'
import type { AgentSummary } from './agent-types.js'
import { NewAgent } from './new-agent.js'
import { words as table, type Words } from './words.js'

export function AgentList({ session }: { readonly session: ConsoleSession }) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const { value, loaded, reload } = useKept<{ readonly agents: readonly AgentSummary[] }>(
    '/api/agents',
    session.token(),
  )
  const agents = value?.agents
  const { columns } = words
  // Whoever only talks is told names alone.
  const mayChange = agents?.every(({ inForce }) => inForce !== undefined)
  return (
    <PageFrame title={words.heading} lead={words.lead}>
      {loaded.kind !== 'here' && agents === undefined && (
        <NotHere loaded={loaded} session={session} retry={reload} scope="admin" />
      )}
      {agents?.length === 0 && (
        <Empty title={words.empty}>
          <p>{words.emptyHint}</p>
        </Empty>
      )}
      {agents && agents.length > 0 && (
        <DataTable
          caption={words.list}
          rows={agents}
          keyOf={({ name }) => name}
          columns={[
            {
              name: columns.name,
              cell: ({ name, inForce }) =>
                inForce === undefined ? name : <a href={pathTo('agents', name)}>{name}</a>,
            },
            {
              name: columns.language,
              cell: ({ facts }) => (facts ? languageIn(facts.language, language) : '–'),
            },
            { name: columns.providers, cell: agent => providersOf(agent, words) },
            { name: columns.source, cell: agent => sourceOf(agent, words) },
            { name: columns.state, cell: agent => <State agent={agent} words={words} /> },
          ]}
        />
      )}
      {agents &&
        (mayChange ? <NewAgent agents={agents} /> : <p className="hint agent-more">{words.needsAdmin}</p>)}
    </PageFrame>
  )
}

function State({ agent, words }: { readonly agent: AgentSummary; readonly words: Words }) {
  const { errors = 0, published, latest, inForce } = agent
  const waits = latest !== undefined && latest.version !== published
  // Without `admin` nothing is told of it.
  if (inForce === undefined) return '–'
  return (
    <span className="agent-chips">
      {errors > 0 && <Chip tone="bad" text={words.state.errors(errors)} />}
      {errors === 0 && inForce !== 'none' && <Chip tone="good" text={words.state.good} />}
      {waits && (
        <Chip text={inForce === 'none' ? words.state.onlyDraft : words.state.draft(latest.version)} />
      )}
    </span>
  )
}

export function sourceOf({ inForce, published }: AgentSummary, words: Words): string {
  if (inForce === undefined) return '–'
  return inForce === 'console' ? words.source.console(published ?? 0) : words.source[inForce]
}

/** In the order in which a turn passes them; each slot's first, with how many stand behind it. */
function providersOf({ facts }: AgentSummary, words: Words): string {
  if (facts === undefined) return '–'
  const slots = Object.values(facts.providers).map(([first = '', ...rest]) =>
    rest.length === 0 ? first : `${first} +${rest.length}`,
  )
  const shown = slots.map(slot => (slot === 'scripted' ? words.script : slot))
  return shown.filter((slot, at) => shown.indexOf(slot) === at).join(' · ')
}

function languageIn(tag: string, language: string): string {
  try {
    return new Intl.DisplayNames([language], { type: 'language' }).of(tag) ?? tag
  } catch {
    return tag
  }
}
