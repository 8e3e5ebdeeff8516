/** One live conversation in the list: who has the floor, how long, what was last said, how quick the answers are. */
import { memo } from 'react'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { useFormatMs } from '../latency/format-ms.js'
import { pathTo } from '../route.js'
import { FloorShape } from '../talk/floor-sign.js'
import { Chip } from '../ui/chip.js'
import { edgeName } from '../ui/edge-names.js'
import { formatLength } from '../ui/format-length.js'
import { useSecond } from '../ui/use-second.js'
import type { LiveFeed } from './live-feed.js'
import { LiveMeter } from './live-meter.js'
import type { LiveRow } from './live-model.js'
import { words as table } from './words.js'

interface LiveCardProps {
  readonly row: LiveRow
  readonly feed: LiveFeed
  readonly aheadMs: number
  readonly targetMs: number | undefined
  /** More than one node is seen. */
  readonly showsNode: boolean
}

export const LiveCard = memo(function LiveCard({ row, feed, aheadMs, targetMs, showsNode }: LiveCardProps) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const { session, agent, edge, floor } = row
  const facts = [edgeName(edge, language), row.language, row.subject, ...(showsNode ? [row.node] : [])]
  return (
    <a className="live-card" href={pathTo('live', session)}>
      <span className="live-floor" data-floor={floor}>
        <FloorShape floor={floor} />
        <span className="live-floor-words">{words.floor[floor]}</span>
      </span>
      <LiveMeter feed={feed} session={session} />
      <span className="live-who">
        <span className="live-agent">{agent}</span>
        <span className="live-facts">{facts.join(' · ')}</span>
      </span>
      <span className="live-time">
        <Elapsed sinceMs={row.startedAtMs} aheadMs={aheadMs} />
      </span>
      <span className="live-said">
        <Said by="user" name={words.caller} text={row.userWords} none={words.nothingSaid} />
        <Said by="agent" name={words.agent} text={row.agentWords} none={words.nothingSaid} />
      </span>
      <span className="live-figures">
        <Latency row={row} targetMs={targetMs} />
        <LiveChips row={row} />
      </span>
    </a>
  )
})

export function LiveChips({ row }: { readonly row: LiveRow }) {
  const words = usePageWords(table)
  const { turns, interruptions, devices, warnings, lastWarning = '' } = row
  return (
    <span className="live-chips">
      <Chip text={words.turns(turns)} />
      {interruptions > 0 && <Chip text={words.interruptions(interruptions)} />}
      {devices === 0 && <Chip tone="bad" text={words.away} />}
      {devices > 1 && <Chip tone="good" text={words.devices(devices)} />}
      {warnings > 0 && <Chip tone="bad" text={words.warnings(warnings, lastWarning)} />}
    </span>
  )
}

interface SaidProps {
  readonly by: 'user' | 'agent'
  readonly name: string
  readonly text: string
  readonly none: string
}

function Said({ by, name, text, none }: SaidProps) {
  return (
    <span className="live-line" data-by={by}>
      <span className="live-by">{name}</span>
      <span className={text === '' ? 'live-words live-none' : 'live-words'}>{text === '' ? none : text}</span>
    </span>
  )
}

interface LatencyProps {
  readonly row: Pick<LiveRow, 'totalMs' | 'medianMs' | 'firstTokenMs'>
  readonly targetMs: number | undefined
}

/** The last answer as a figure, and its first token on a line that ends at twice the target. */
export function Latency({ row: { totalMs, medianMs, firstTokenMs }, targetMs }: LatencyProps) {
  const words = usePageWords(table)
  const formatMs = useFormatMs()
  if (totalMs === undefined) return null
  const isOver = targetMs !== undefined && firstTokenMs !== undefined && firstTokenMs > targetMs
  return (
    <span className="live-latency">
      <span>
        {words.answer} <strong>{formatMs(totalMs)}</strong>
        {medianMs !== undefined && <span className="live-median"> {words.median(formatMs(medianMs))}</span>}
      </span>
      {targetMs !== undefined && firstTokenMs !== undefined && (
        <span
          className="live-target"
          role="img"
          data-over={isOver}
          aria-label={`${words.token(formatMs(firstTokenMs), formatMs(targetMs))}: ${isOver ? words.over : words.within}`}
          title={words.token(formatMs(firstTokenMs), formatMs(targetMs))}
        >
          <span style={{ inlineSize: `${Math.min(100, (firstTokenMs / targetMs) * 50)}%` }} />
        </span>
      )}
    </span>
  )
}

interface ElapsedProps {
  readonly sinceMs: number
  readonly aheadMs: number
}

/** How long since a moment of the gateway's clock. */
export function Elapsed({ sinceMs, aheadMs }: ElapsedProps) {
  return <>{formatLength(Math.max(0, useSecond() + aheadMs - sinceMs))}</>
}
