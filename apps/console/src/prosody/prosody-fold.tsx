/** Shows or hides the picture of a conversation; its code is loaded when it is first wanted. */
import { lazy, Suspense, useState } from 'react'
import { useMessages } from '../i18n/language.js'
import { PageGuard } from '../pages/page-guard.js'
import type { ConsoleSession } from '../session/console-session.js'
import type { SteadyState } from '../session/steady.js'

const ProsodyPanel = lazy(() =>
  import('./prosody-panel.js').then(module => ({ default: module.ProsodyPanel })),
)

const STORAGE_KEY = 'parley.prosody'

interface ProsodyFoldProps {
  readonly state: SteadyState
  readonly session: ConsoleSession
}

export function ProsodyFold({ state, session }: ProsodyFoldProps) {
  const words = useMessages().prosody
  const [open, setOpen] = useState(recall)
  function toggle(): void {
    remember(!open)
    setOpen(!open)
  }
  return (
    <section className="prosody-fold" aria-labelledby="prosody-heading">
      <h2 id="prosody-heading" className="unseen">
        {words.heading}
      </h2>
      <button
        type="button"
        className="prosody-toggle"
        aria-expanded={open}
        title={words.foldHint}
        onClick={toggle}
      >
        <svg viewBox="0 0 16 16" width="12" height="12" aria-hidden="true">
          <path
            d={open ? 'M2 5l6 6 6-6' : 'M5 2l6 6-6 6'}
            fill="none"
            stroke="currentColor"
            strokeWidth="2"
          />
        </svg>
        {open ? words.hide : words.show}
      </button>
      {open && (
        <PageGuard>
          <Suspense fallback={<p className="hint">{words.loading}</p>}>
            <ProsodyPanel state={state} session={session} />
          </Suspense>
        </PageGuard>
      )}
    </section>
  )
}

/** Storage may be forbidden by the browser; the page then begins without the picture. */
function recall(): boolean {
  try {
    return localStorage.getItem(STORAGE_KEY) === 'open'
  } catch {
    return false
  }
}

function remember(open: boolean): void {
  try {
    localStorage.setItem(STORAGE_KEY, open ? 'open' : 'closed')
  } catch {
    // As above.
  }
}
