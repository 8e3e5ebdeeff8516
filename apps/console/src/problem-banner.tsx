/** A fault and its cure, in the page's language where the fault is this page's own. */
import type { Messages } from './i18n/english.js'
import { useMessages } from './i18n/language.js'
import type { ConsoleSession } from './session/console-session.js'
import type { ConsoleState, Problem } from './session/console-state.js'

interface ProblemBannerProps {
  readonly state: ConsoleState
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
          <button type="button" className="button-quiet" onClick={session.dismissProblem}>
            {messages.problem.dismiss}
          </button>
        </div>
      )}
      {soundBlocked && <div className="banner banner-calm">{messages.talk.soundBlocked}</div>}
    </div>
  )
}

function cure({ code, serverCode, message }: Problem, { problem }: Messages): string {
  if (serverCode === 'unauthenticated') return problem.unauthenticated
  if (code === 'browser-recogniser') return problem.browserRecogniser
  if (code === 'gateway') return message
  // What the gateway gave as its reason says more than the page could.
  if (code === 'refused' && serverCode !== undefined) return `${problem.cures.refused} ${message}`
  return problem.cures[code]
}
