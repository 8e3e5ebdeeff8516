/** Which conversations are counted: the time and three filters, all kept in the address. */
import { useLanguage, usePageWords } from '../i18n/language.js'
import { edgeName } from '../ui/edge-names.js'
import type { HashQuery } from '../ui/hash-query.js'
import { Choice } from './choice.js'
import { dayText, type Range, rangeNames } from './range.js'
import { words as table } from './words.js'

export interface Facets {
  readonly agents: readonly string[]
  readonly edges: readonly string[]
  readonly languages: readonly string[]
}

interface RangeBarProps {
  readonly range: Range
  readonly query: HashQuery
  readonly ask: (query: HashQuery) => void
  readonly facets: Facets | undefined
}

export function RangeBar({ range, query, ask, facets }: RangeBarProps) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const days = { from: dayText(range.fromMs), until: dayText(range.untilMs - 1) }
  const filters = [
    ['agent', words.agent, facets?.agents ?? [], (name: string) => name],
    ['edge', words.edge, facets?.edges ?? [], (name: string) => edgeName(name, language)],
    ['language', words.language, facets?.languages ?? [], (name: string) => name],
  ] as const
  return (
    <div className="range">
      <Choice
        label={words.range}
        chosen={range.name}
        choices={rangeNames.map(name => [name, words.ranges[name]])}
        choose={name =>
          ask({ ...query, range: name, ...(name === 'custom' ? days : { from: '', until: '' }) })
        }
      />
      {range.name === 'custom' &&
        (['from', 'until'] as const).map(name => (
          <label key={name} className="range-field">
            <span>{words[name]}</span>
            <input
              type="date"
              required
              value={days[name]}
              onChange={({ target }) =>
                target.value !== '' && ask({ ...query, ...days, [name]: target.value })
              }
            />
          </label>
        ))}
      {filters.map(([name, label, known, write]) => {
        const chosen = query[name] ?? ''
        const choices = chosen === '' || known.includes(chosen) ? known : [chosen, ...known]
        return (
          <label key={name} className="range-field">
            <span>{label}</span>
            <select value={chosen} onChange={({ target }) => ask({ ...query, [name]: target.value })}>
              <option value="">{words.any}</option>
              {choices.map(each => (
                <option key={each} value={each}>
                  {write(each)}
                </option>
              ))}
            </select>
          </label>
        )
      })}
    </div>
  )
}
