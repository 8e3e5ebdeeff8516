/** What was said, by whom, and what of it was heard: a list of words, live or long past. */
import type { AgentEntry, ConversationEntry, Overlap, UserEntry } from '@parley/client'
import { hasWords, heardParts } from '@parley/client'
import { memo, type ReactNode } from 'react'
import { useMessages } from '../i18n/language.js'

interface EntriesProps {
  readonly entries: readonly ConversationEntry[]
  /** What the person is called who speaks with the agent. Default: you. */
  readonly caller?: string
  /** Further items, after the last words. */
  readonly children?: ReactNode
}

export function Entries({ entries, caller, children }: EntriesProps) {
  return (
    <ol className="entries">
      {entries.filter(hasWords).map(entry => (
        <Entry key={keyOf(entry)} entry={entry} caller={caller} />
      ))}
      {children}
    </ol>
  )
}

interface EntryProps {
  readonly entry: ConversationEntry
  readonly caller?: string | undefined
}

/** Of a long conversation only what is being said is drawn again. */
const Entry = memo(({ entry, caller }: EntryProps) => (
  <li className="entry" data-by={entry.kind}>
    {entry.kind === 'user' ? <UserWords entry={entry} caller={caller} /> : <AgentWords entry={entry} />}
  </li>
))

function keyOf(entry: ConversationEntry): string {
  return entry.kind === 'user' ? `user ${entry.turn}` : `agent ${entry.reply}`
}

interface UserWordsProps {
  readonly entry: UserEntry
  readonly caller?: string | undefined
}

export function UserWords({ entry, caller }: UserWordsProps) {
  const messages = useMessages()
  return (
    <>
      <p className="entry-by">
        {caller ?? messages.talk.you}
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
      {entry.overlaps.map(overlap => (
        <OverlapNote key={`${overlap.ruling} ${overlap.afterOnsetMs}`} overlap={overlap} />
      ))}
    </>
  )
}

/** Speech into the reply: what became of it, and why. */
function OverlapNote({ overlap: { ruling, afterOnsetMs, reasons } }: { readonly overlap: Overlap }) {
  const { overlap: words } = useMessages()
  const why = reasons.map(reason => words.reason(words.reasons[reason.kind] ?? reason.kind, reason))
  return (
    <details className="entry-overlap" data-ruling={ruling}>
      <summary>{words[ruling](Math.round(afterOnsetMs))}</summary>
      {why.join(' · ')}
    </details>
  )
}
