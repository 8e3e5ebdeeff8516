/** One past conversation in the list: when, with whom, how it went, and where the words are that were looked for. */
import { useLanguage, usePageWords } from '../i18n/language.js'
import { useFormatMs } from '../latency/format-ms.js'
import { pathTo } from '../route.js'
import { Chip } from '../ui/chip.js'
import { edgeName } from '../ui/edge-names.js'
import { formatLength } from '../ui/format-length.js'
import type { SaidMatch, SessionSummary } from './stored.js'
import { words as table } from './words.js'

/** An answer that takes longer is worth a look, ms. */
const SLOW_MS = 1_500

export function SessionRow({ summary }: { readonly summary: SessionSummary }) {
  const { language, messages } = useLanguage()
  const words = usePageWords(table)
  const formatMs = useFormatMs()
  const { id, agent, edge, startedAtMs, endedAtMs, endReason, turnCount, match } = summary
  const { interruptions = 0, slowestMs, recorded } = summary
  const began = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const facts = [
    agent,
    edgeName(edge, language),
    summary.language,
    messages.history.turns(turnCount),
    endedAtMs === undefined ? words.noEnd : formatLength(endedAtMs - startedAtMs),
  ]
  const failed = endReason === 'error' || endReason === 'protocol'
  return (
    <a className="found" href={match === undefined ? pathTo('sessions', id) : pathAt(id, match.atMs)}>
      <span className="found-head">
        <time className="history-when" dateTime={new Date(startedAtMs).toISOString()}>
          {began.format(startedAtMs)}
        </time>
        <span className="found-facts">{facts.join(' · ')}</span>
        <span className="found-chips">
          {interruptions > 0 && <Chip text={words.interruptions(interruptions)} />}
          {slowestMs !== undefined && slowestMs >= SLOW_MS && (
            <Chip tone="bad" text={words.slowest(formatMs(slowestMs))} />
          )}
          {failed && <Chip tone="bad" text={words.ends[endReason] ?? endReason} />}
          {recorded && <Chip tone="good" text={words.recording} />}
        </span>
      </span>
      {match && <Snippet match={match} />}
    </a>
  )
}

function Snippet({ match: { side, parts } }: { readonly match: SaidMatch }) {
  const words = usePageWords(table)
  return (
    <span className="found-said">
      <span className="found-by" data-by={side}>
        {side === 'user' ? words.you : words.agentSaid}
      </span>{' '}
      {parts.map(({ text, hit }, index) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: parts are told once and never change.
        hit ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
      )}
    </span>
  )
}

/** The player begins there. */
function pathAt(id: string, atMs: number): string {
  return `${pathTo('sessions', id)}?t=${(Math.max(0, atMs) / 1000).toFixed(1)}`
}
