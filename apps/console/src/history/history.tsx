/** The frame of the pages of past conversations: a heading that takes the focus, and what to do where nothing came. */
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { useMessages } from '../i18n/language.js'
import type { ConsoleSession } from '../session/console-session.js'
import type { Loaded } from './stored.js'

interface FrameProps {
  readonly title: string
  readonly back: { readonly href: string; readonly text: string }
  readonly children: ReactNode
}

export function HistoryFrame({ title, back, children }: FrameProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  // A new page in the same document: whoever reads by ear or keyboard begins at its heading.
  useEffect(() => heading.current?.focus(), [])
  return (
    <section className="history" aria-labelledby="history-heading">
      <a className="history-back" href={back.href}>
        <span aria-hidden="true">← </span>
        {back.text}
      </a>
      <h2 id="history-heading" ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {children}
    </section>
  )
}

interface NotHereProps {
  readonly loaded: Exclude<Loaded<unknown>, { kind: 'here' }>
  readonly session: ConsoleSession
  readonly retry: () => void
  /** What a token needs to see it. */
  readonly scope?: string
}

export function NotHere({ loaded, session, retry, scope = 'sessions:read' }: NotHereProps) {
  const messages = useMessages()
  const words = messages.history
  const [token, setToken] = useState('')
  function submit(event: FormEvent): void {
    event.preventDefault()
    if (token !== '') session.setToken(token)
    retry()
  }
  const { kind } = loaded
  const why = {
    unauthenticated: messages.problem.unauthenticated,
    forbidden: words.forbidden(scope),
    unreachable: words.unreachable,
  }
  if (kind === 'loading') return <p role="status">{words.loading}</p>
  if (kind === 'missing') return <p role="alert">{words.missing}</p>
  return (
    <form className="history-form" role="alert" onSubmit={submit}>
      <p>{why[kind]}</p>
      {kind !== 'unreachable' && (
        <input
          type="password"
          autoComplete="off"
          aria-label={messages.gateway.token}
          placeholder={messages.gateway.token}
          value={token}
          onChange={event => setToken(event.target.value)}
        />
      )}
      <button type="submit" className="button">
        {messages.problem.retry}
      </button>
    </form>
  )
}
