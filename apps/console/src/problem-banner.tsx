/** A fault and its cure, in the page's language where the fault is this page's own. */
import { type FormEvent, useState } from 'react'
import type { Messages } from './i18n/english.js'
import { useMessages } from './i18n/language.js'
import { pathTo } from './route.js'
import type { ConsoleSession } from './session/console-session.js'
import type { Problem } from './session/console-state.js'
import type { SteadyState } from './session/steady.js'

/** What the self-test finds the cause of. */
const seekable: ReadonlySet<Problem['code']> = new Set([
  'connect-failed',
  'connection-lost',
  'microphone-missing',
  'microphone-busy',
  'microphone-denied',
  'worklet-failed',
  'unsupported',
])

interface ProblemBannerProps {
  readonly state: SteadyState
  readonly session: ConsoleSession
}

export function ProblemBanner({ state, session }: ProblemBannerProps) {
  const messages = useMessages()
  const { problem, soundBlocked } = state
  return (
    <div className="banners" role="alert">
      {problem && (
        <div className="banner">
          <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
            <path
              d="M10 2.5 18.5 17h-17Z"
              fill="none"
              stroke="currentColor"
              strokeWidth="1.6"
              strokeLinejoin="round"
            />
            <path d="M10 8v4.2M10 14.2v.6" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
          </svg>
          <p>
            {cure(problem, messages)} {problem.serverCode && <code>{problem.serverCode}</code>}
          </p>
          <Remedy problem={problem} session={session} />
          {seekable.has(problem.code) && <a href={pathTo('check')}>{messages.problem.check}</a>}
          <button type="button" className="button-quiet" onClick={session.dismissProblem}>
            {messages.problem.dismiss}
          </button>
        </div>
      )}
      {soundBlocked && <div className="banner banner-calm">{messages.talk.soundBlocked}</div>}
    </div>
  )
}

/** The cure itself, where a press of a button can bring it. */
function Remedy({ problem, session }: { readonly problem: Problem; readonly session: ConsoleSession }) {
  const messages = useMessages()
  const [token, setToken] = useState('')
  const again = (
    <button type="submit" className="button">
      {messages.problem.retry}
    </button>
  )
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (token !== '') session.setToken(token)
    session.connect()
  }
  if (problem.serverCode === 'unauthenticated') {
    return (
      <form onSubmit={submit}>
        <input
          type="password"
          autoComplete="off"
          aria-label={messages.gateway.token}
          placeholder={messages.gateway.token}
          value={token}
          onChange={event => setToken(event.target.value)}
        />
        {again}
      </form>
    )
  }
  const lost = problem.code === 'connect-failed' || problem.code === 'connection-lost'
  return lost ? <form onSubmit={submit}>{again}</form> : null
}

function cure({ code, serverCode, message }: Problem, { problem }: Messages): string {
  if (serverCode === 'unauthenticated') return problem.unauthenticated
  // The client begins anew by itself.
  if (serverCode === 'resume_failed') return problem.begunAnew
  if (code === 'browser-recogniser') return problem.browserRecogniser
  if (code === 'gateway') return message
  // What the gateway gave as its reason says more than the page could.
  if (code === 'refused' && serverCode !== undefined) return `${problem.cures.refused} ${message}`
  return problem.cures[code]
}
