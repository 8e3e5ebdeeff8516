/** What was said, by whom, and what of it was heard; and the line to type instead. */
import { hasWords } from '@parley/client'
import { useLayoutEffect, useRef } from 'react'
import { useMessages } from '../i18n/language.js'
import type { ConsoleSession } from '../session/console-session.js'
import { type ConsoleState, isConnected } from '../session/console-state.js'
import { Announcements } from './announcements.js'
import { Composer } from './composer.js'
import { Entries, UserWords } from './entries.js'

interface ConversationProps {
  readonly state: ConsoleState
  readonly session: ConsoleSession
}

export function Conversation({ state, session }: ConversationProps) {
  const words = useMessages().conversation
  const entries = state.conversation.entries.filter(hasWords)
  return (
    <section className="conversation" aria-labelledby="conversation-heading" id="conversation" tabIndex={-1}>
      <h2 id="conversation-heading" className="unseen">
        {words.heading}
      </h2>
      <Scroller watch={entries}>
        {entries.length === 0 && state.interim === '' ? (
          <Empty connected={isConnected(state)} />
        ) : (
          <Entries entries={entries}>
            {state.interim !== '' && (
              <li className="entry" data-by="user" aria-hidden="true">
                <UserWords
                  entry={{ kind: 'user', turn: '', text: state.interim, final: false, origin: 'speech' }}
                />
              </li>
            )}
          </Entries>
        )}
      </Scroller>
      <Announcements entries={entries} />
      <Composer session={session} />
    </section>
  )
}

function Empty({ connected }: { readonly connected: boolean }) {
  const words = useMessages().conversation
  return (
    <div className="empty">
      <svg viewBox="0 0 96 48" width="96" height="48" aria-hidden="true">
        <circle cx="32" cy="24" r="16" className="voice-ring floor-user" />
        <circle cx="64" cy="24" r="16" className="voice-ring floor-agent" />
      </svg>
      <p className="empty-title">{connected ? words.waiting : words.emptyTitle}</p>
      <p className="empty-text">{words.emptyText}</p>
    </div>
  )
}

/** Keeps the newest words in sight, unless the reader went back to older ones. */
function Scroller({ watch, children }: { readonly watch: unknown; readonly children: React.ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: new entries are what moves the end.
  useLayoutEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [watch])
  return (
    <section
      className="scroller"
      ref={box}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
      tabIndex={0}
      aria-labelledby="conversation-heading"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 48
      }}
    >
      {children}
    </section>
  )
}
