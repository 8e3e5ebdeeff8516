/** Under what was said: the question whether it may be recorded, to be answered by a button, and what came of a no. */
import { useMessages } from '../i18n/language.js'
import type { ConsoleSession } from '../session/console-session.js'
import { isConnected } from '../session/console-state.js'
import { usePart } from '../session/use-part.js'

export function ConsentBar({ session }: { readonly session: ConsoleSession }) {
  const words = useMessages().recording
  const { state, consent } = usePart(session, ({ recording }) => recording)
  const connected = usePart(session, isConnected)
  const isOff = state === 'off' && consent !== undefined
  return (
    <>
      {connected && state === 'waiting' && consent === 'asked' && <Question session={session} />}
      <p className="consent-status" aria-live="polite">
        {isOff && consent === 'refused' && words.refused}
        {isOff && consent !== 'refused' && connected && words.deleted}
      </p>
    </>
  )
}

function Question({ session }: { readonly session: ConsoleSession }) {
  const words = useMessages().recording
  const answer = (granted: boolean) => {
    session.consent(granted)
    // The buttons go; whoever uses the keyboard stays where they were.
    document.getElementById('conversation')?.focus({ preventScroll: true })
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is of a form, and this is none.
    <div className="consent" role="group" aria-labelledby="consent-question" aria-describedby="consent-hint">
      <p id="consent-question">{words.asked}</p>
      <div className="consent-buttons">
        <button type="button" className="button button-main" onClick={() => answer(true)}>
          {words.allow}
        </button>
        <button type="button" className="button" onClick={() => answer(false)}>
          {words.refuse}
        </button>
      </div>
      <p className="hint" id="consent-hint">
        {words.askedHint}
      </p>
    </div>
  )
}
