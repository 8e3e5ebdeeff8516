/** Loudness of both sides of one conversation: two bars, drawn without React as levels come. */
import { useEffect, useRef } from 'react'
import { usePageWords } from '../i18n/language.js'
import type { LiveFeed } from './live-feed.js'
import { words as table } from './words.js'

/** Levels from here up to full scale fill a bar. */
const FLOOR_DBFS = -60

interface LiveMeterProps {
  readonly feed: LiveFeed
  readonly session: string
}

export function LiveMeter({ feed, session }: LiveMeterProps) {
  const words = usePageWords(table)
  const user = useRef<HTMLSpanElement>(null)
  const agent = useRef<HTMLSpanElement>(null)
  useEffect(
    () =>
      feed.watchLevels(session, levels => {
        show(user.current, levels.user)
        show(agent.current, levels.agent)
      }),
    [feed, session],
  )
  return (
    <span className="live-meter" role="img" aria-label={words.levels}>
      <span className="live-track">
        <span className="live-bar" data-side="user" ref={user} />
      </span>
      <span className="live-track">
        <span className="live-bar" data-side="agent" ref={agent} />
      </span>
    </span>
  )
}

function show(bar: HTMLElement | null, dbfs: number): void {
  const share = Math.max(0, Math.min(1, 1 - dbfs / FLOOR_DBFS))
  bar?.style.setProperty('transform', `scaleX(${share.toFixed(3)})`)
}
