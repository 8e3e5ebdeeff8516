/** One live conversation: what is seen of it, and what may be done in it. */
import { hasWords } from '@parley/client'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { Entries } from '../conversation/entries.js'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { pathTo } from '../route.js'
import { FloorShape } from '../talk/floor-sign.js'
import { edgeName } from '../ui/edge-names.js'
import { Company } from './company.js'
import { Elapsed, Latency, LiveChips } from './live-card.js'
import type { LiveFeed } from './live-feed.js'
import { LiveMeter } from './live-meter.js'
import type { LiveModel, LiveRow } from './live-model.js'
import { type Me, maySteer } from './rights.js'
import { Steering } from './steering.js'
import { useListening } from './use-listening.js'
import { words as table } from './words.js'

interface LiveOneProps {
  readonly id: string
  readonly feed: LiveFeed
  readonly model: LiveModel
  readonly me: Me | undefined
  readonly token: string
}

export function LiveOne({ id, feed, model, me, token }: LiveOneProps) {
  const words = usePageWords(table)
  const now = model.rows.get(id)
  // What was last seen of it stays when it is over.
  const [last, setLast] = useState(now)
  if (now !== undefined && now !== last) setLast(now)
  useEffect(() => feed.focus([id]), [feed, id])
  const listening = useListening({ session: id, token, device: words.mine })
  const { state, voice } = listening
  const row = now ?? last
  if (row === undefined) return <Gone id={id} text={words.gone} />
  const entries = state?.conversation.entries.filter(hasWords) ?? []
  return (
    <div className="live-one">
      <Facts row={row} feed={feed} model={model} isOver={now === undefined} />
      {now === undefined && <Gone id={id} text={words.ended} />}
      {now !== undefined && <Steering id={id} token={token} may={maySteer(me, row)} listening={listening} />}
      <div className="live-inside">
        {state === undefined ? (
          <LastWords row={row} />
        ) : (
          <Transcript watch={state.conversation} label={words.said}>
            <Entries entries={entries} caller={words.caller} />
          </Transcript>
        )}
        {now !== undefined && state !== undefined && (
          <Company company={state.company} mine={voice?.client.ready?.device} />
        )}
      </div>
    </div>
  )
}

function Gone({ id, text }: { readonly id: string; readonly text: string }) {
  const words = usePageWords(table)
  return (
    <p className="notice live-gone" role="status">
      {text}
      <a href={pathTo('sessions', id)}>{words.goneLink}</a>
    </p>
  )
}

interface FactsProps {
  readonly row: LiveRow
  readonly feed: LiveFeed
  readonly model: LiveModel
  /** Then nobody has the floor, and its time stands still. */
  readonly isOver: boolean
}

function Facts({ row, feed, model, isOver }: FactsProps) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const { floor } = row
  const began = new Intl.DateTimeFormat(language, { timeStyle: 'medium' })
  const facts = [
    [words.facts.agent, row.agent],
    [words.facts.door, edgeName(row.edge, language)],
    [words.facts.language, row.language],
    [words.facts.who, row.subject],
    [words.facts.node, row.node],
    [words.facts.began, began.format(row.startedAtMs - model.aheadMs)],
  ] as const
  return (
    <div className="live-state">
      <div className="live-now">
        {!isOver && (
          <>
            <span className="live-floor" data-floor={floor}>
              <FloorShape floor={floor} />
              <span className="live-floor-words">{words.floor[floor]}</span>
            </span>
            <span className="live-time">
              <Elapsed sinceMs={row.startedAtMs} aheadMs={model.aheadMs} />
            </span>
            <LiveMeter feed={feed} session={row.session} />
          </>
        )}
        <span className="live-figures">
          <Latency row={row} targetMs={model.firstTokenTargetMs} />
          <LiveChips row={row} />
        </span>
      </div>
      <dl className="live-facts-list">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </div>
  )
}

/** Before somebody listens in, the last words of each are all that is known. */
function LastWords({ row }: { readonly row: LiveRow }) {
  const words = usePageWords(table)
  const lines = [
    ['user', words.caller, row.userWords],
    ['agent', words.agent, row.agentWords],
  ] as const
  return (
    <ol className="entries live-last">
      {lines.map(([by, name, text]) => (
        <li key={by} className="entry" data-by={by}>
          <p className="entry-by">{name}</p>
          <p className="entry-text">{text === '' ? words.nothingSaid : text}</p>
        </li>
      ))}
    </ol>
  )
}

interface TranscriptProps {
  readonly watch: unknown
  readonly label: string
  readonly children: React.ReactNode
}

/** Keeps the newest words in sight, unless the reader went back to older ones. */
function Transcript({ watch, label, children }: TranscriptProps) {
  const box = useRef<HTMLElement>(null)
  const atEnd = useRef(true)
  // biome-ignore lint/correctness/useExhaustiveDependencies: new words are what moves the end.
  useLayoutEffect(() => {
    if (atEnd.current && box.current) box.current.scrollTop = box.current.scrollHeight
  }, [watch])
  return (
    <section
      className="live-transcript"
      ref={box}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = scrollHeight - scrollTop - clientHeight < 48
      }}
    >
      {children}
    </section>
  )
}
