/** Loudness of both sides over the last seconds: the person above the line, the agent below it. */
import { useEffect, useRef } from 'react'
import { fit } from '../fit-canvas.js'
import { useMessages } from '../i18n/language.js'
import type { Levels } from '../session/levels.js'

const COLUMN_MS = 50
const COLUMN_WIDTH = 4
const BAR_WIDTH = 2.5
/** Levels from here up to full scale fill the height. */
const FLOOR_DBFS = -60

export function VoiceMeter({ levels }: { readonly levels: Levels }) {
  const messages = useMessages()
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => (canvas.current ? runMeter(canvas.current, levels) : undefined), [levels])
  return (
    <figure className="meter">
      <canvas ref={canvas} role="img" aria-label={messages.talk.levels} />
      <figcaption>
        <span className="meter-user">{messages.talk.you}</span>
        <span className="meter-agent">{messages.talk.agent}</span>
      </figcaption>
    </figure>
  )
}

interface Column {
  readonly user: number
  readonly agent: number
}

/**
 * Draws until the returned function is called. Where motion is unwelcome only the present levels are shown. Pictures are asked
 * for one by one, as each costs the whole page: none while nothing is to be seen but silence.
 */
function runMeter(canvas: HTMLCanvasElement, levels: Levels): () => void {
  const context = canvas.getContext('2d')
  if (context === null) return () => {}
  const still = matchMedia('(prefers-reduced-motion: reduce)')
  const dark = matchMedia('(prefers-color-scheme: dark)')
  let history: Column[] = []
  let request = 0
  let stale = true

  /** Kept until the next picture; hidden pages have none, and go on from what they hear when they are shown. */
  function listen(): void {
    const shown = still.matches ? [] : history
    const columns = Math.max(1, Math.floor(canvas.width / devicePixelRatio / COLUMN_WIDTH))
    const next = [...shown, { user: height(levels.user()), agent: height(levels.agent()) }].slice(-columns)
    stale ||= isHeard(next) || isHeard(history)
    history = next
    if (stale && request === 0) request = requestAnimationFrame(paint)
  }

  function paint(): void {
    request = 0
    stale = false
    if (context) draw(context, { ...fit(canvas), history })
  }

  function redraw(): void {
    stale = true
  }

  const observer = new ResizeObserver(redraw)
  observer.observe(canvas)
  dark.addEventListener('change', redraw)
  const timer = setInterval(listen, COLUMN_MS)
  return () => {
    clearInterval(timer)
    cancelAnimationFrame(request)
    dark.removeEventListener('change', redraw)
    observer.disconnect()
  }
}

function isHeard(history: readonly Column[]): boolean {
  return history.some(({ user, agent }) => user > 0 || agent > 0)
}

/** 0–1 for a level in dBFS. */
function height(dbfs: number): number {
  return Math.max(0, Math.min(1, 1 - dbfs / FLOOR_DBFS))
}

interface Picture {
  readonly width: number
  readonly height: number
  readonly history: readonly Column[]
}

function draw(context: CanvasRenderingContext2D, { width, height: tall, history }: Picture): void {
  const style = getComputedStyle(context.canvas)
  const middle = tall / 2
  const reach = middle - 3
  const alone = history.length === 1
  const step = alone ? width : COLUMN_WIDTH
  const barWidth = alone ? width : BAR_WIDTH
  context.clearRect(0, 0, width, tall)
  context.fillStyle = style.getPropertyValue('--line')
  context.fillRect(0, middle - 0.5, width, 1)
  for (const side of ['user', 'agent'] as const) {
    context.fillStyle = style.getPropertyValue(`--${side}`)
    history.forEach((column, i) => {
      const long = column[side] * reach
      const x = width - (history.length - i) * step
      if (long > 0) context.fillRect(x, side === 'user' ? middle - 1.5 - long : middle + 1.5, barWidth, long)
    })
  }
}
