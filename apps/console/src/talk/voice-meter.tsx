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

/** Draws until the returned function is called. Where motion is unwelcome only the present levels are shown. */
function runMeter(canvas: HTMLCanvasElement, levels: Levels): () => void {
  const context = canvas.getContext('2d')
  if (context === null) return () => {}
  const still = matchMedia('(prefers-reduced-motion: reduce)')
  const history: { user: number; agent: number }[] = []
  let lastColumnAt = 0
  let request = requestAnimationFrame(frame)

  function frame(now: number): void {
    request = requestAnimationFrame(frame)
    if (now - lastColumnAt < COLUMN_MS) return
    lastColumnAt = now
    history.push({ user: height(levels.user()), agent: height(levels.agent()) })
    const { width, height: tall } = fit(canvas)
    const columns = Math.floor(width / COLUMN_WIDTH)
    if (history.length > columns) history.splice(0, history.length - columns)
    if (context) draw(context, { width, tall, history: still.matches ? history.slice(-1) : history })
  }

  return () => cancelAnimationFrame(request)
}

/** 0–1 for a level in dBFS. */
function height(dbfs: number): number {
  return Math.max(0, Math.min(1, 1 - dbfs / FLOOR_DBFS))
}

interface Picture {
  readonly width: number
  readonly tall: number
  readonly history: readonly { readonly user: number; readonly agent: number }[]
}

function draw(context: CanvasRenderingContext2D, { width, tall, history }: Picture): void {
  const style = getComputedStyle(context.canvas)
  const middle = tall / 2
  const reach = middle - 3
  context.clearRect(0, 0, width, tall)
  context.fillStyle = style.getPropertyValue('--line')
  context.fillRect(0, middle - 0.5, width, 1)
  const barWidth = history.length === 1 ? width : BAR_WIDTH
  history.forEach(({ user, agent }, i) => {
    const x = width - (history.length - i) * (history.length === 1 ? width : COLUMN_WIDTH)
    context.fillStyle = style.getPropertyValue('--user')
    context.fillRect(x, middle - 1.5 - user * reach, barWidth, user * reach)
    context.fillStyle = style.getPropertyValue('--agent')
    context.fillRect(x, middle + 1.5, barWidth, agent * reach)
  })
}
