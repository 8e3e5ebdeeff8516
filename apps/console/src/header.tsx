/** Name, state of the connection in words and shape, and the language switch. */

import type { Messages } from './i18n/english.js'
import { type Language, languages, useLanguage } from './i18n/language.js'
import { phonePath, prosodyPath, sessionsPath } from './route.js'
import type { ConsoleState } from './session/console-state.js'

/** Lines in a square of 20. */
const signs = {
  phone:
    'M6.2 3.2 8 7 6.4 8.6a10 10 0 0 0 5 5L13 12l3.8 1.8-.6 2.6a1.4 1.4 0 0 1-1.5 1A13.6 13.6 0 0 1 2.6 5.3a1.4 1.4 0 0 1 1-1.5Z',
  prosody: 'M2.5 12.5c1.6 0 2-6 4-6s2 8 4 8 2-10 4-10 1.6 5 3 5',
  history: 'M4.2 7.2a6.6 6.6 0 1 1-.7 4M3.4 3.6v3.8h3.8M10 6.4V10l2.6 1.8',
}

export function Header({ state }: { readonly state: ConsoleState }) {
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
      <p className="header-tagline">{messages.tagline}</p>
      <HeaderLink
        to={phonePath}
        heading={messages.phone.heading}
        text={messages.phone.link}
        sign={signs.phone}
      />
      <HeaderLink
        to={prosodyPath}
        heading={messages.prosody.heading}
        text={messages.prosody.link}
        sign={signs.prosody}
      />
      <HeaderLink
        to={sessionsPath}
        heading={messages.history.heading}
        text={messages.history.link}
        sign={signs.history}
      />
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

function connectionText({ connection, retrying }: ConsoleState, messages: Messages): string {
  const text = messages.connection[connection]
  const waiting = connection === 'connecting' || connection === 'reconnecting'
  if (!waiting || retrying === undefined) return text
  if (retrying.offline) return messages.connection.offline
  if (retrying.inMs < 1000) return text
  return `${text} ${messages.connection.retryIn((retrying.inMs / 1000).toFixed(0))}`
}

interface HeaderLinkProps {
  readonly to: string
  /** What the link is called where its text has no room. */
  readonly heading: string
  readonly text: string
  /** Path of its sign. */
  readonly sign: string
}

function HeaderLink({ to, heading, text, sign }: HeaderLinkProps) {
  return (
    <a className="header-link" href={to} aria-label={heading}>
      <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
        <path
          d={sign}
          fill="none"
          stroke="currentColor"
          strokeWidth="1.6"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      <span>{text}</span>
    </a>
  )
}
