/** Who is on the line (agent, recogniser, voice), what to do where one is missing, and the few settings. */
import { useState } from 'react'
import { useLanguage } from './i18n/language.js'
import { useFormatMs } from './latency/format-ms.js'
import { pathTo } from './route.js'
import { hasBrowserRecogniser } from './session/browser-recogniser.js'
import type { ConsoleSession } from './session/console-session.js'
import { isConnected, type SpokenLanguage } from './session/console-state.js'
import type { SteadyState } from './session/steady.js'

interface GatewayFactsProps {
  readonly state: SteadyState
  readonly session: ConsoleSession
}

export function GatewayFacts({ state, session }: GatewayFactsProps) {
  const { messages } = useLanguage()
  const words = messages.gateway
  const formatMs = useFormatMs()
  const { ready, roundTripMs } = state
  return (
    <section className="section" aria-labelledby="gateway-heading">
      <h2 id="gateway-heading">{words.heading}</h2>
      <dl className="facts">
        <Fact name={words.agent} value={ready?.agent} />
        <Fact name={words.recogniser} value={ready && (ready.recogniser ?? words.none)} />
        <Fact name={words.voice} value={ready && (ready.voice ?? words.none)} />
        <Fact name={words.language} value={ready?.language} />
        {roundTripMs !== undefined && isConnected(state) && (
          <Fact name={words.roundTrip} value={formatMs(roundTripMs)} />
        )}
        {ready && state.sealed && <Fact name={words.sealed} value={words.sealedYes} />}
        {ready && <Fact name={words.session} value={ready.session} />}
      </dl>
      {ready?.voice === null && <p className="hint">{words.noVoice}</p>}
      <Settings state={state} session={session} />
      <p className="hint">
        <a href={pathTo('check')}>{words.check}</a>
      </p>
    </section>
  )
}

function Fact({ name, value }: { readonly name: string; readonly value: string | undefined }) {
  const { messages } = useLanguage()
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd className={value === undefined ? 'fact-unknown' : undefined}>
        {value ?? messages.gateway.unknown}
      </dd>
    </div>
  )
}

/** What to do where the gateway cannot hear words; shown beside the Talk button, where it matters. */
export function NoRecogniser({ state, session }: GatewayFactsProps) {
  const { messages, language } = useLanguage()
  const words = messages.gateway
  if (state.ready === undefined || state.ready.recogniser !== null) return null
  if (!hasBrowserRecogniser()) return <p className="notice">{words.noRecogniser}</p>
  return (
    <div className="notice">
      <p>{words.noRecogniserButBrowser}</p>
      <button
        type="button"
        className="button"
        aria-pressed={state.speaking === 'browser'}
        onClick={() => session.toggleBrowserRecogniser(state.ready?.language ?? language)}
      >
        {state.speaking === 'browser' ? words.browserStop : words.browserStart}
      </button>
    </div>
  )
}

function Settings({ state, session }: GatewayFactsProps) {
  const { messages } = useLanguage()
  const words = messages.gateway
  const [token, setToken] = useState(session.token)
  return (
    <details className="settings">
      <summary>{words.settings}</summary>
      <label className="field">
        <span>{words.spokenLanguage}</span>
        <select
          value={state.spokenLanguage}
          onChange={event => session.setSpokenLanguage(event.target.value as SpokenLanguage)}
        >
          <option value="page">{words.spokenPage}</option>
          <option value="agent">{words.spokenOwn}</option>
          <option value="en">English</option>
          <option value="es">Español</option>
        </select>
      </label>
      <form className="field" onSubmit={event => event.preventDefault()}>
        <label htmlFor="token">{words.token}</label>
        <input
          id="token"
          type="password"
          autoComplete="off"
          spellCheck={false}
          value={token}
          aria-describedby="token-hint"
          onChange={event => {
            setToken(event.target.value)
            session.setToken(event.target.value)
          }}
        />
      </form>
      <p className="hint" id="token-hint">
        {words.tokenHint} {words.nextTime}
      </p>
    </details>
  )
}
