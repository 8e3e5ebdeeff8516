/** Whether this conversation is recorded: a quiet word, which opens to what that means and to the no that ends it. */
import { useMessages } from '../i18n/language.js'
import type { ConsoleSession } from '../session/console-session.js'
import { usePart } from '../session/use-part.js'

export function RecordedChip({ session }: { readonly session: ConsoleSession }) {
  const words = useMessages().recording
  const isOn = usePart(session, ({ recording }) => recording.state === 'recording')
  return (
    <>
      <p className="unseen" aria-live="polite">
        {isOn && words.on}
      </p>
      {isOn && <Recorded session={session} />}
    </>
  )
}

function Recorded({ session }: { readonly session: ConsoleSession }) {
  const words = useMessages().recording
  return (
    <details className="recorded">
      <summary>
        <svg viewBox="0 0 12 12" width="10" height="10" aria-hidden="true">
          <circle cx="6" cy="6" r="5" fill="currentColor" />
        </svg>
        {words.on}
      </summary>
      <div className="recorded-more">
        <p>{words.onHint}</p>
        <button type="button" className="button" onClick={() => session.consent(false)}>
          {words.remove}
        </button>
        <p className="hint">{words.removeHint}</p>
      </div>
    </details>
  )
}
