/** What was said, by whom, and what of it was heard; and the line to type instead. */
import type { AgentEntry, ConversationEntry, UserEntry } from '@parley/client'
import { hasWords, heardParts } from '@parley/client'
import { useLayoutEffect, useRef } from 'react'
import { useMessages } from '../i18n/language.js'
import type { ConsoleSession } from '../session/console-session.js'
import { type ConsoleState, isConnected } from '../session/console-state.js'
import { Announcements } from './announcements.js'
import { Composer } from './composer.js'

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
          <ol className="entries">
            {entries.map(entry => (
              <li key={keyOf(entry)} className="entry" data-by={entry.kind}>
                {entry.kind === 'user' ? <UserWords entry={entry} /> : <AgentWords entry={entry} />}
              </li>
            ))}
            {state.interim !== '' && (
              <li className="entry" data-by="user" aria-hidden="true">
                <UserWords
                  entry={{ kind: 'user', turn: '', text: state.interim, final: false, origin: 'speech' }}
                />
              </li>
            )}
          </ol>
        )}
      </Scroller>
      <Announcements entries={entries} />
      <Composer session={session} />
    </section>
  )
}

function keyOf(entry: ConversationEntry): string {
  return entry.kind === 'user' ? `user ${entry.turn}` : `agent ${entry.reply}`
}

function UserWords({ entry }: { readonly entry: UserEntry }) {
  const messages = useMessages()
  return (
    <>
      <p className="entry-by">
        {messages.talk.you}
        {!entry.final && <span className="badge badge-quiet">{messages.conversation.interim}</span>}
        {entry.origin === 'text' && <span className="badge badge-quiet">{messages.conversation.typed}</span>}
      </p>
      <p className={entry.final ? 'entry-text' : 'entry-text entry-partial'}>{entry.text}</p>
    </>
  )
}

function AgentWords({ entry }: { readonly entry: AgentEntry }) {
  const messages = useMessages()
  const { heard, unheard } = heardParts(entry)
  const interrupted = entry.outcome?.interrupted === true
  return (
    <>
      <p className="entry-by">
        {messages.talk.agent}
        {interrupted && <span className="badge">{messages.conversation.interrupted}</span>}
      </p>
      <p className="entry-text">
        {heard}
        {interrupted && heard !== '' && ' '}
        {unheard !== '' &&
          (interrupted ? (
            <>
              <span className="unseen">{messages.conversation.unheard} </span>
              <del className="entry-unheard">{unheard}</del>
            </>
          ) : (
            <span className="entry-coming">{unheard}</span>
          ))}
      </p>
    </>
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
