/** The timeline: a picture that is drawn once for each window, a playhead that moves over it, and where the window is. */

import { type PointerEvent as ReactPointerEvent, useCallback, useEffect, useRef, useState } from 'react'
import { fit } from '../fit-canvas.js'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { decimalMark } from '../ui/fixed.js'
import { drawOverview, drawTimeline, type TimelineColours } from './draw-timeline.js'
import { clockText } from './model/clock-text.js'
import type { Happening } from './model/happenings.js'
import type { Peaks } from './model/peaks.js'
import type { Playback } from './model/playback.js'
import { isWhole, moved, msAt, showing, type ViewWindow, wholeOf, xOf, zoomed } from './model/view-window.js'
import type { PlayerClock } from './player-clock.js'
import type { Pitch } from './use-sound.js'
import { words } from './words.js'

export interface TimelineProps {
  readonly playback: Playback
  readonly happenings: readonly Happening[]
  readonly clock: PlayerClock
  readonly peaks: Peaks | undefined
  readonly pitch: Pitch | undefined
  readonly window: ViewWindow
  readonly setWindow: (change: (window: ViewWindow) => ViewWindow) => void
  /** Who speaks at a moment, in words. */
  readonly who: (atMs: number) => string
  /** What happened near a moment, in words; undefined where nothing did. */
  readonly near: (atMs: number, withinMs: number) => string | undefined
}

export function Timeline(props: TimelineProps) {
  const { playback, clock, window, setWindow } = props
  const { durationMs } = playback
  const text = usePageWords(words)
  const mark = decimalMark(useLanguage().language)
  const canvas = useRef<HTMLCanvasElement>(null)
  const head = useRef<HTMLDivElement>(null)
  const slider = useRef<HTMLDivElement>(null)
  const shown = useRef(window)
  shown.current = window
  const [tip, setTip] = useState<{ readonly x: number; readonly text: string }>()
  usePicture(canvas, props, drawTimeline)

  const place = useCallback(() => {
    const width = slider.current?.clientWidth ?? 0
    const atMs = clock.nowMs()
    const x = xOf(shown.current, width, atMs)
    if (head.current !== null) {
      head.current.style.transform = `translateX(${x}px)`
      head.current.hidden = x < -1 || x > width + 1
    }
  }, [clock])

  // Runs with each frame while it plays: nothing of React is asked for it, but where the window has to follow.
  const { who } = props
  useEffect(() => {
    let toldSecond = -1
    return clock.follow(atMs => {
      place()
      const second = Math.floor(atMs / 1000)
      if (second === toldSecond) return
      toldSecond = second
      slider.current?.setAttribute('aria-valuenow', String(second))
      slider.current?.setAttribute(
        'aria-valuetext',
        text.positionText(clockText(atMs), clockText(durationMs), who(atMs)),
      )
      const next = showing(shown.current, durationMs, atMs)
      if (next !== shown.current && clock.snapshot().playing) setWindow(() => next)
    })
  }, [clock, place, durationMs, setWindow, text, who])
  // biome-ignore lint/correctness/useExhaustiveDependencies: the playhead stands elsewhere in another window.
  useEffect(place, [place, window])

  useWheel(slider, durationMs, setWindow)
  const scrub = useScrub(slider, shown, atMs => clock.seek(atMs))

  function hover(event: ReactPointerEvent): void {
    scrub.move(event)
    const box = slider.current?.getBoundingClientRect()
    if (box === undefined || event.pointerType === 'touch') return
    const x = event.clientX - box.left
    const atMs = msAt(window, box.width, x)
    const withinMs = (7 / box.width) * (window.untilMs - window.fromMs)
    const near = props.near(atMs, withinMs)
    setTip({
      x,
      text: near === undefined ? clockText(atMs, true, mark) : `${clockText(atMs, true, mark)} · ${near}`,
    })
  }

  return (
    <div className="timeline">
      <div
        ref={slider}
        className="timeline-main"
        data-pitch={props.pitch !== undefined}
        role="slider"
        tabIndex={0}
        aria-label={text.position}
        aria-valuemin={0}
        aria-valuemax={Math.ceil(durationMs / 1000)}
        aria-valuenow={0}
        onPointerDown={scrub.down}
        onPointerMove={hover}
        onPointerUp={scrub.up}
        onPointerCancel={scrub.up}
        onPointerLeave={() => setTip(undefined)}
      >
        <canvas ref={canvas} />
        <span className="timeline-name" data-by="caller" aria-hidden="true">
          {text.caller}
        </span>
        <span className="timeline-name" data-by="agent" aria-hidden="true">
          {text.agent}
        </span>
        <div ref={head} className="timeline-head" aria-hidden="true" />
        {tip && (
          <span className="timeline-tip" aria-hidden="true" style={{ left: `${tip.x}px` }}>
            {tip.text}
          </span>
        )}
      </div>
      {!isWhole(window, durationMs) && <Overview {...props} />}
    </div>
  )
}

/** The whole conversation; where it is pressed, there the window goes. */
function Overview(props: TimelineProps) {
  const { playback, window, setWindow } = props
  const { durationMs } = playback
  const text = usePageWords(words)
  const canvas = useRef<HTMLCanvasElement>(null)
  const strip = useRef<HTMLDivElement>(null)
  const whole = useRef(wholeOf(durationMs))
  whole.current = wholeOf(durationMs)
  usePicture(canvas, { ...props, window: whole.current }, drawOverview)
  const scrub = useScrub(strip, whole, atMs =>
    setWindow(now => moved(now, durationMs, atMs - (now.fromMs + now.untilMs) / 2)),
  )
  const { untilMs } = whole.current
  return (
    <div
      ref={strip}
      className="timeline-overview"
      role="img"
      aria-label={text.overview}
      onPointerDown={scrub.down}
      onPointerMove={scrub.move}
      onPointerUp={scrub.up}
      onPointerCancel={scrub.up}
    >
      <canvas ref={canvas} />
      <div
        className="timeline-window"
        style={{
          left: `${(100 * window.fromMs) / untilMs}%`,
          width: `${(100 * (window.untilMs - window.fromMs)) / untilMs}%`,
        }}
      />
    </div>
  )
}

type Draw = typeof drawTimeline

/** Draws when what is drawn changes, and when the size or the colours of the page do. */
function usePicture(
  canvas: { readonly current: HTMLCanvasElement | null },
  { playback, happenings, window, peaks, pitch }: TimelineProps,
  draw: Draw,
): void {
  const mark = decimalMark(useLanguage().language)
  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (!element || !context) return
    const paint = () => {
      const { width, height } = fit(element)
      if (width === 0) return
      const { colours, font } = looksOf(element)
      draw(context, {
        playback,
        happenings,
        window,
        peaks,
        pitch,
        width,
        height,
        colours,
        font,
        decimalMark: mark,
      })
    }
    paint()
    const resized = new ResizeObserver(paint)
    resized.observe(element)
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', paint)
    return () => {
      resized.disconnect()
      dark.removeEventListener('change', paint)
    }
  }, [canvas, playback, happenings, window, peaks, pitch, draw, mark])
}

function looksOf(element: Element): { readonly colours: TimelineColours; readonly font: string } {
  const style = getComputedStyle(element)
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim()
  return {
    colours: {
      ink: colour('ink'),
      muted: colour('muted'),
      line: colour('line'),
      sunken: colour('surface'),
      user: colour('user'),
      agent: colour('agent'),
      alarm: colour('alarm'),
      accentSoft: colour('accent-soft'),
    },
    font: `11px ${style.fontFamily}`,
  }
}

/** Pressing goes there, and dragging along. */
function useScrub(
  area: { readonly current: HTMLElement | null },
  window: { readonly current: ViewWindow },
  go: (atMs: number) => void,
) {
  const pressed = useRef(false)
  function move(event: ReactPointerEvent): void {
    const box = area.current?.getBoundingClientRect()
    if (!pressed.current || box === undefined) return
    go(msAt(window.current, box.width, event.clientX - box.left))
  }
  return {
    move,
    down(event: ReactPointerEvent): void {
      if (event.button !== 0) return
      pressed.current = true
      area.current?.setPointerCapture(event.pointerId)
      move(event)
    },
    up(): void {
      pressed.current = false
    },
  }
}

/** Sideways moves the window; with Ctrl, or two fingers pinched, it zooms where the pointer is. */
function useWheel(
  area: { readonly current: HTMLElement | null },
  durationMs: number,
  setWindow: TimelineProps['setWindow'],
): void {
  useEffect(() => {
    const element = area.current
    if (element === null) return
    function wheel(event: WheelEvent): void {
      const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey
      if (!event.ctrlKey && !sideways) return
      event.preventDefault()
      const box = (event.currentTarget as HTMLElement).getBoundingClientRect()
      const delta = event.deltaX || event.deltaY
      setWindow(window => {
        if (!event.ctrlKey)
          return moved(window, durationMs, (delta / box.width) * (window.untilMs - window.fromMs))
        const atMs = msAt(window, box.width, event.clientX - box.left)
        return zoomed(window, durationMs, { atMs, factor: Math.exp(-event.deltaY / 200) })
      })
    }
    element.addEventListener('wheel', wheel, { passive: false })
    return () => element.removeEventListener('wheel', wheel)
  }, [area, durationMs, setWindow])
}
