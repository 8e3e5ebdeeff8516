/** What was said, word by word: each is lit as it is heard, and played from when it is pressed. */

import { Fragment, type MouseEvent, memo, useDeferredValue, useEffect, useRef } from 'react'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { useFormatMs } from '../latency/format-ms.js'
import { clockText } from './model/clock-text.js'
import { lineAt, wordsBegun } from './model/place.js'
import type { AgentLine, CallerLine, Line } from './model/playback.js'
import type { PlayerClock } from './player-clock.js'
import { reasonsText } from './reasons.js'
import { words } from './words.js'

const FIRST_LINES = 24

interface TranscriptProps {
  readonly lines: readonly Line[]
  readonly clock: PlayerClock
  /** Keeps what is said in sight while it plays. */
  readonly follows: boolean
  readonly stopFollowing: () => void
}

export function Transcript({ lines, clock, follows, stopFollowing }: TranscriptProps) {
  const list = useRef<HTMLOListElement>(null)
  // An hour has hundreds of lines: what can be seen at first comes first.
  const shown = useDeferredValue(lines, lines.slice(0, FIRST_LINES))
  useLight(list, lines, clock, follows)

  function press({ target }: MouseEvent): void {
    const word = target instanceof Element ? target.closest<HTMLElement>('[data-ms]') : null
    // Who marks text to copy it does not want to go there.
    if (word === null || getSelection()?.isCollapsed === false) return
    clock.seek(Number(word.dataset.ms))
  }

  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the time of each line is a button that does the same.
    <ol
      ref={list}
      className="entries spoken"
      onClick={press}
      onWheel={stopFollowing}
      onTouchMove={stopFollowing}
    >
      {shown.map(line => (
        <SpokenLine key={keyOf(line)} line={line} clock={clock} />
      ))}
    </ol>
  )
}

function keyOf(line: Line): string {
  return line.by === 'caller' ? `caller ${line.turn}` : `agent ${line.reply}`
}

const SpokenLine = memo(function SpokenLine({
  line,
  clock,
}: {
  readonly line: Line
  readonly clock: PlayerClock
}) {
  const text = usePageWords(words)
  const formatMs = useFormatMs()
  const clockTime = clockText(line.startMs)
  const time = line.times === 'estimated' ? `${text.estimated} ${clockTime}` : clockTime
  return (
    <li className="entry spoken-line" data-by={line.by === 'caller' ? 'user' : 'agent'}>
      <p className="entry-by">
        {line.by === 'caller' ? text.caller : text.agent}
        <button
          type="button"
          className="spoken-time"
          aria-label={text.from(time)}
          onClick={() => {
            clock.seek(line.startMs)
            clock.play()
          }}
        >
          {time}
        </button>
        {line.by === 'agent' && line.ledger && (
          <span className="spoken-waited">{text.waited(formatMs(line.ledger.totalMs))}</span>
        )}
        {line.by === 'agent' && line.interrupted && <span className="badge">{text.interrupted}</span>}
        {line.by === 'caller' && line.origin === 'text' && (
          <span className="badge badge-quiet">{text.typed}</span>
        )}
      </p>
      {line.by === 'caller' ? <CallerText line={line} /> : <AgentText line={line} />}
    </li>
  )
})

function CallerText({ line }: { readonly line: CallerLine }) {
  const text = usePageWords(words)
  const { language } = useLanguage()
  const { endpoint } = line
  return (
    <>
      <p className="entry-text" data-ms={line.startMs}>
        {line.text}
      </p>
      {endpoint && endpoint.reasons.length > 0 && (
        <details className="entry-overlap">
          <summary>{text.endpoint(Math.round(endpoint.waitMs))}</summary>
          {reasonsText(language, endpoint.reasons)}
        </details>
      )}
    </>
  )
}

function AgentText({ line }: { readonly line: AgentLine }) {
  const text = usePageWords(words)
  const firstUnheard = line.words.findIndex(({ heard }) => !heard)
  const heard = firstUnheard < 0 ? line.words : line.words.slice(0, firstUnheard)
  const unheard = firstUnheard < 0 ? [] : line.words.slice(firstUnheard)
  return (
    <p className="entry-text">
      {heard.map((word, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: words of a line never move.
        <Fragment key={index}>
          <span className="word" data-ms={word.startMs}>
            {word.text}
          </span>{' '}
        </Fragment>
      ))}
      {unheard.length > 0 && (
        <>
          <span className="unseen">{text.unheard} </span>
          <del className="entry-unheard">{unheard.map(word => word.text).join(' ')}</del>
        </>
      )}
    </p>
  )
}

/** Lights what is heard now. Asks nothing of React: it runs with each frame. */
function useLight(
  list: { readonly current: HTMLOListElement | null },
  lines: readonly Line[],
  clock: PlayerClock,
  follows: boolean,
): void {
  useEffect(() => {
    let lit = -1
    let begun = -1
    const itemAt = (at: number) => list.current?.children[at] as HTMLElement | undefined
    const stop = clock.follow(atMs => {
      const at = lineAt(lines, atMs)
      const line = lines[at]
      if (at !== lit) {
        const before = itemAt(lit)
        if (before !== undefined) {
          before.removeAttribute('data-now')
          unlight(before)
        }
        lit = at
        begun = -1
        const item = itemAt(at)
        item?.setAttribute('data-now', '')
        if (item !== undefined && follows && clock.snapshot().playing) bringIntoSight(item)
      }
      if (line?.by !== 'agent') return
      const count = wordsBegun(line.words, atMs)
      if (count === begun) return
      begun = count
      const spans = itemAt(at)?.getElementsByClassName('word') ?? []
      for (let i = 0; i < spans.length; i++)
        (spans[i] as HTMLElement).classList.toggle('word-said', i < count)
      for (let i = 0; i < spans.length; i++)
        (spans[i] as HTMLElement).classList.toggle('word-now', i === count - 1 && isSaid(line, i, atMs))
    })
    let played = clock.snapshot().playing
    const stopWatching = clock.subscribe(() => {
      const { playing } = clock.snapshot()
      const item = playing && !played && follows ? itemAt(lit) : undefined
      played = playing
      if (item !== undefined) bringIntoSight(item)
    })
    return () => {
      stop()
      stopWatching()
      const item = itemAt(lit)
      item?.removeAttribute('data-now')
      if (item !== undefined) unlight(item)
    }
  }, [list, lines, clock, follows])
}

function isSaid(line: AgentLine, at: number, atMs: number): boolean {
  return atMs < (line.words[at]?.endMs ?? 0) + 400
}

function unlight(item: HTMLElement): void {
  for (const word of item.getElementsByClassName('word')) word.classList.remove('word-said', 'word-now')
}

function bringIntoSight(item: HTMLElement): void {
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches
  item.scrollIntoView({ block: 'nearest', behavior: calm ? 'auto' : 'smooth' })
}
