/** Name, the way to the pages, state of the connection in words and shape, and the language switch. */

import type { Messages } from './i18n/english.js'
import { type Language, languages, useLanguage } from './i18n/language.js'
import { Navigation } from './navigation.js'
import type { SteadyState } from './session/steady.js'

export function Header({ state }: { readonly state: SteadyState }) {
  const { messages, language, choose } = useLanguage()
  return (
    <header className="header">
      <h1 className="header-name">
        <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
          <circle cx="11" cy="16" r="6.5" className="mark-user" />
          <circle cx="21" cy="16" r="8" className="mark-agent" />
        </svg>
        Parley
      </h1>
      <Navigation />
      <p className="connection" role="status" data-state={state.connection}>
        <span className="connection-sign" aria-hidden="true" />
        {connectionText(state, messages)}
      </p>
      <fieldset className="languages">
        <legend className="unseen">{messages.chooseLanguage}</legend>
        {(Object.keys(languages) as Language[]).map(each => (
          <label key={each} className="languages-choice" lang={each} title={languages[each].languageName}>
            <input
              type="radio"
              name="language"
              value={each}
              aria-label={languages[each].languageName}
              checked={each === language}
              onChange={() => choose(each)}
            />
            <span aria-hidden="true">{each.toUpperCase()}</span>
          </label>
        ))}
      </fieldset>
    </header>
  )
}

function connectionText({ connection, retrying }: SteadyState, messages: Messages): string {
  const text = messages.connection[connection]
  const waiting = connection === 'connecting' || connection === 'reconnecting'
  if (!waiting || retrying === undefined) return text
  if (retrying.offline) return messages.connection.offline
  if (retrying.inMs < 1000) return text
  return `${text} ${messages.connection.retryIn((retrying.inMs / 1000).toFixed(0))}`
}
