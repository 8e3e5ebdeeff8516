/** What was said, by whom, and what of it was heard; and the line to type instead. */
import { hasWords } from '@parley/client'
import { useEffect, useRef } from 'react'
import { useMessages } from '../i18n/language.js'
import { ConsentBar } from '../recording/consent-bar.js'
import type { ConsoleSession } from '../session/console-session.js'
import { isConnected } from '../session/console-state.js'
import { usePart } from '../session/use-part.js'
import { Announcements } from './announcements.js'
import { Composer } from './composer.js'
import { Entries, UserWords } from './entries.js'

export function Conversation({ session }: { readonly session: ConsoleSession }) {
  const words = useMessages().conversation
  const entries = usePart(session, ({ conversation }) => conversation.entries).filter(hasWords)
  const interim = usePart(session, state => state.interim)
  const connected = usePart(session, isConnected)
  return (
    <section className="conversation" aria-labelledby="conversation-heading" id="conversation" tabIndex={-1}>
      <h2 id="conversation-heading" className="unseen">
        {words.heading}
      </h2>
      <Scroller>
        {entries.length === 0 && interim === '' ? (
          <Empty connected={connected} />
        ) : (
          <Entries entries={entries}>
            {interim !== '' && (
              <li className="entry" data-by="user" aria-hidden="true">
                <UserWords
                  entry={{ kind: 'user', turn: '', text: interim, final: false, origin: 'speech' }}
                />
              </li>
            )}
          </Entries>
        )}
      </Scroller>
      <Announcements entries={entries} />
      <div className="conversation-foot">
        <ConsentBar session={session} />
        <Composer session={session} />
      </div>
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
function Scroller({ children }: { readonly children: React.ReactNode }) {
  const box = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const atEnd = useRef(true)
  useEffect(() => {
    const { current: frame } = box
    if (frame === null || content.current === null) return
    // Told once a picture was laid out and before it is painted: asking earlier would have it laid out for each word.
    const observer = new ResizeObserver(() => {
      if (atEnd.current) frame.scrollTop = frame.scrollHeight
    })
    observer.observe(content.current)
    observer.observe(frame)
    return () => observer.disconnect()
  }, [])
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
      <div className="scroller-content" ref={content}>
        {children}
      </div>
    </section>
  )
}
