/** What past conversations are looked for by: words, and what they were. */
import { type FormEvent, type ReactNode, useEffect, useId, useState } from 'react'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { edgeName } from '../ui/edge-names.js'
import type { HashQuery } from '../ui/hash-query.js'
import { filterCount } from './session-query.js'
import type { SessionFacets } from './stored.js'
import { words as table } from './words.js'

interface SearchFormProps {
  readonly query: HashQuery
  readonly ask: (query: HashQuery) => void
  readonly facets: SessionFacets | undefined
}

/** How long nobody types before it is looked for. */
const TYPED_MS = 300

export function SearchForm({ query, ask, facets }: SearchFormProps) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const asked = query.q ?? ''
  const [text, setText] = useState(asked)
  const [open, setOpen] = useState(filterCount(query) > 0)
  const filters = useId()
  // Another address, such as that of a link, is another question.
  useEffect(() => setText(asked), [asked])
  useEffect(() => {
    if (text === asked) return
    const timer = setTimeout(() => ask({ ...query, q: text }), TYPED_MS)
    return () => clearTimeout(timer)
  }, [text, asked, ask, query])

  const set = (name: string, value: string) => ask({ ...query, q: text, [name]: value })
  function submit(event: FormEvent): void {
    event.preventDefault()
    ask({ ...query, q: text })
  }
  const select = (name: string, label: string, choices: readonly (readonly [string, string])[]) => (
    <Field label={label}>
      <select value={query[name] ?? ''} onChange={event => set(name, event.target.value)}>
        <option value="">{words.any}</option>
        {withChosen(choices, query[name]).map(([value, shown]) => (
          <option key={value} value={value}>
            {shown}
          </option>
        ))}
      </select>
    </Field>
  )
  const input = (name: string, label: string, type: 'date' | 'number') => (
    <Field label={label}>
      <input
        type={type}
        min={type === 'number' ? 0 : undefined}
        inputMode={type === 'number' ? 'numeric' : undefined}
        value={query[name] ?? ''}
        onChange={event => set(name, event.target.value)}
      />
    </Field>
  )
  const check = (name: string, label: string) => (
    <label className="search-check">
      <input
        type="checkbox"
        checked={query[name] === 'true'}
        onChange={event => set(name, event.target.checked ? 'true' : '')}
      />
      {label}
    </label>
  )
  const same = (names: readonly string[] | undefined) => (names ?? []).map(name => [name, name] as const)

  return (
    <search>
      <form className="search" onSubmit={submit}>
        <div className="search-line">
          <input
            type="search"
            className="search-text"
            aria-label={words.search}
            placeholder={words.placeholder}
            maxLength={200}
            autoComplete="off"
            spellCheck={false}
            value={text}
            onChange={event => setText(event.target.value)}
          />
          <button
            type="button"
            className="button"
            aria-expanded={open}
            aria-controls={filters}
            onClick={() => setOpen(!open)}
          >
            {words.filters(filterCount(query))}
          </button>
        </div>
        <div className="search-filters" id={filters} hidden={!open}>
          {select('agent', words.agent, same(facets?.agents))}
          {select(
            'edge',
            words.edge,
            (facets?.edges ?? []).map(edge => [edge, edgeName(edge, language)] as const),
          )}
          {select('language', words.language, same(facets?.languages))}
          {select('ended', words.ended, Object.entries(words.ends))}
          {input('from', words.from, 'date')}
          {input('until', words.until, 'date')}
          {input('slowMs', words.slow, 'number')}
          {input('minTurns', words.minTurns, 'number')}
          <div className="search-checks">
            {check('interrupted', words.interrupted)}
            {check('recorded', words.recorded)}
            {filterCount(query) > 0 && (
              <button type="button" className="button-quiet" onClick={() => ask({ q: text })}>
                {words.clear}
              </button>
            )}
          </div>
        </div>
      </form>
    </search>
  )
}

function Field({ label, children }: { readonly label: string; readonly children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is in it.
    <label className="field search-field">
      {label}
      {children}
    </label>
  )
}

/** What the address names stays to be seen, also where nothing of it is stored. */
function withChosen(
  choices: readonly (readonly [string, string])[],
  chosen: string | undefined,
): readonly (readonly [string, string])[] {
  if (!chosen || choices.some(([value]) => value === chosen)) return choices
  return [...choices, [chosen, chosen]]
}
