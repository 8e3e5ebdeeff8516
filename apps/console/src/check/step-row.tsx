/** One leg of the self-test. */
import { type Language, useLanguage, usePageWords } from '../i18n/language.js'
import { fixed } from '../ui/fixed.js'
import type { Step, StepState, Values } from './check-types.js'
import { words } from './words.js'

interface StepRowProps {
  readonly step: Step
  readonly heardTone: boolean | undefined
  readonly onHeard: (heard: boolean) => void
}

export function StepRow({ step, heardTone, onHeard }: StepRowProps) {
  const text = usePageWords(words)
  const { language } = useLanguage()
  const { name, state, outcome, tookMs } = step
  const fact = outcome && text.facts[outcome.fact]?.(written(outcome.values ?? {}, language, text.parts))
  return (
    <li className="check-step" data-state={state} data-step={name}>
      <Mark state={state} name={text.states[state]} />
      <div className="check-said">
        <h3>{text.steps[name]}</h3>
        {outcome && <p>{fact?.says ?? outcome.fact}</p>}
        {fact?.cure && <p className="check-cure">{fact.cure}</p>}
        {name === 'sound' && state === 'good' && <HeardTone heard={heardTone} onHeard={onHeard} />}
      </div>
      <span className="check-time">
        {tookMs === undefined || state === 'passed-over' ? '' : text.tookMs(tookMs)}
      </span>
    </li>
  )
}

function HeardTone({
  heard,
  onHeard,
}: {
  readonly heard: boolean | undefined
  readonly onHeard: (heard: boolean) => void
}) {
  const text = usePageWords(words)
  return (
    <fieldset className="check-heard">
      <legend>{text.heard}</legend>
      {([true, false] as const).map(answer => (
        <button
          key={String(answer)}
          type="button"
          className="button"
          aria-pressed={heard === answer}
          onClick={() => onHeard(answer)}
        >
          {answer ? text.yes : text.no}
        </button>
      ))}
      {heard === false && <p className="check-cure">{text.notHeard}</p>}
    </fieldset>
  )
}

/** Figures and names as the language writes them; the report keeps them as they are. */
function written(values: Values, language: Language, parts: Readonly<Record<string, string>>): Values {
  const named = (list: string) =>
    list
      .split(', ')
      .map(part => parts[part] ?? part)
      .join(', ')
  const entries = Object.entries(values).map(([name, value]) => {
    if (typeof value === 'number') return [name, fixed(value, Number.isInteger(value) ? 0 : 1, language)]
    return [name, typeof value === 'string' && (name === 'checked' || name === 'ill') ? named(value) : value]
  })
  return Object.fromEntries(entries)
}

const shapes: Readonly<Record<StepState, string>> = {
  waiting: '',
  running: 'M10 5.5v5l3.2 2',
  good: 'm5.8 10.4 2.8 2.8 5.6-6',
  note: 'M10 5.6v5.4M10 13.4v.8',
  bad: 'm6.7 6.7 6.6 6.6M13.3 6.7l-6.6 6.6',
  'passed-over': 'M6.4 10h7.2',
}

function Mark({ state, name }: { readonly state: StepState; readonly name: string }) {
  return (
    <svg className="check-mark" viewBox="0 0 20 20" width="22" height="22" role="img" aria-label={name}>
      <circle cx="10" cy="10" r="8.6" />
      <path d={shapes[state]} />
    </svg>
  )
}
