/** The self-test: a list of legs, each with its mark, its time, what was found and what to do. */
import { useEffect, useState, useSyncExternalStore } from 'react'
import { usePageWords } from '../i18n/language.js'
import type { PageProps } from '../pages/pages.js'
import { createStore } from '../session/store.js'
import { PageFrame } from '../ui/page-frame.js'
import { ReportFold } from './report-fold.js'
import { beforeCheck, type CheckState, runCheck } from './run-check.js'
import { StepRow } from './step-row.js'
import { type CheckWords, words } from './words.js'
import './check.css'

export function CheckPage({ session }: PageProps) {
  const text = usePageWords(words)
  const [store] = useState(() => createStore(beforeCheck))
  const [leaving] = useState(() => ({ controller: new AbortController() }))
  const state = useSyncExternalStore(store.subscribe, store.snapshot)
  useEffect(() => {
    leaving.controller = new AbortController()
    return () => leaving.controller.abort()
  }, [leaving])

  function begin(): void {
    // Within the click: browsers let no page sound before one.
    const context = newContext()
    const { signal } = leaving.controller
    const given = { origin: location.origin, token: session.token(), signal, context }
    void runCheck({ store, ...given }).finally(() => context?.close())
  }

  const { phase } = state
  return (
    <PageFrame
      title={text.heading}
      lead={text.lead}
      actions={
        <button type="button" className="button" disabled={phase === 'running'} onClick={begin}>
          {phase === 'running' ? text.running : phase === 'over' ? text.again : text.begin}
        </button>
      }
    >
      <p className="check-summary" role="status" data-state={phase === 'over' ? verdictOf(state) : phase}>
        {phase === 'over' ? summaryOf(state, text) : ''}
      </p>
      <ol className="check-steps" aria-label={text.results}>
        {state.steps.map(step => (
          <StepRow
            key={step.name}
            step={step}
            heardTone={state.heardTone}
            onHeard={heardTone => store.update({ heardTone })}
          />
        ))}
      </ol>
      {phase === 'over' && <ReportFold state={state} />}
    </PageFrame>
  )
}

function newContext(): AudioContext | undefined {
  try {
    return new AudioContext()
  } catch {
    return undefined
  }
}

function verdictOf({ steps, heardTone }: CheckState): 'good' | 'note' | 'bad' {
  if (steps.some(({ state }) => state === 'bad')) return 'bad'
  return heardTone === false || steps.some(({ state }) => state === 'note') ? 'note' : 'good'
}

function summaryOf(state: CheckState, text: CheckWords): string {
  const verdict = verdictOf(state)
  if (verdict === 'good') return text.allGood
  if (verdict === 'note') return text.someNotes
  const names = state.steps.flatMap(step => (step.state === 'bad' ? [text.steps[step.name]] : []))
  return text.someBad(names.join(', '))
}
