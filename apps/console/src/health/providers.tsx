/** Vendors that agents use: which answer, which are left alone for a while, and why. */
import { useLanguage, usePageWords } from '../i18n/language.js'
import { Chip } from '../ui/chip.js'
import { DataTable } from '../ui/data-table.js'
import { useNumbers } from '../ui/use-numbers.js'
import { longLength } from './health-page.js'
import type { ProviderState } from './status-types.js'
import { words as table } from './words.js'

interface ProvidersProps {
  readonly providers: readonly ProviderState[]
  /** When the node said so, epoch ms. */
  readonly atMs: number
}

export function Providers({ providers, atMs }: ProvidersProps) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const { count } = useNumbers()
  return (
    <section className="health-part" data-wide>
      <h3>{words.providers}</h3>
      {providers.length === 0 ? (
        <p className="hint">{words.noProviders}</p>
      ) : (
        <DataTable
          caption={words.providers}
          rows={providers}
          keyOf={({ slot, provider }) => `${slot} ${provider}`}
          columns={[
            { name: words.provider, cell: ({ provider }) => provider },
            { name: words.does, cell: ({ slot }) => words.slots[slot] ?? slot },
            {
              name: words.state,
              cell: ({ state, sinceMs }) => (
                <span className="health-state">
                  <Chip tone={tones[state]} text={words.states[state] ?? state} />
                  {state !== 'idle' && <span className="hint">{longLength(atMs - sinceMs, language)}</span>}
                </span>
              ),
            },
            { name: words.answers, cell: ({ answers }) => count(answers), figures: true },
            { name: words.failures, cell: ({ failures }) => count(failures), figures: true },
            { name: words.lastProblem, cell: ({ lastProblem }) => lastProblem?.text ?? '–' },
          ]}
        />
      )}
    </section>
  )
}

const tones = { idle: 'plain', good: 'good', failing: 'bad', resting: 'bad' } as const
