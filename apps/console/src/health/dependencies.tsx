/** Whether what the gateway depends on answers, since when, and what was last wrong with it. */
import { useLanguage, usePageWords } from '../i18n/language.js'
import { Chip } from '../ui/chip.js'
import { DataTable } from '../ui/data-table.js'
import type { Status } from './status-types.js'
import { words as table } from './words.js'

export function Dependencies({ status }: { readonly status: Status }) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const time = new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'short' })
  const { operation } = status
  const kind = operation === null ? '' : ` (${words.databases[operation.store.kind]})`
  return (
    <section className="health-part" data-wide>
      <h3>{words.dependencies}</h3>
      <DataTable
        caption={words.dependencies}
        rows={status.dependencies.filter(each => each.own || each.status !== 'not_configured')}
        keyOf={({ name }) => name}
        columns={[
          {
            name: words.name,
            cell: ({ name }) => `${words.names[name] ?? name}${name === 'database' ? kind : ''}`,
          },
          {
            name: words.state,
            cell: ({ status: state, sinceMs }) => (
              <span className="health-state">
                <Chip tone={tones[state]} text={words.states[state] ?? state} />
                {sinceMs !== undefined && <span className="hint">{words.since(time.format(sinceMs))}</span>}
              </span>
            ),
          },
          {
            name: words.lastProblem,
            cell: ({ lastProblem }) =>
              lastProblem === undefined ? '–' : `${lastProblem.text} (${time.format(lastProblem.atMs)})`,
          },
        ]}
      />
    </section>
  )
}

const tones = { healthy: 'good', unhealthy: 'bad', not_configured: 'plain' } as const
