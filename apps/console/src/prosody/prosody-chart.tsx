/** The picture with its controls: curves on a canvas, and everything they say in words as well. */
import {
  type KeyboardEvent,
  type PointerEvent,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { useLanguage } from '../i18n/language.js'
import { decimalMark } from '../ui/fixed.js'
import { ChartControls } from './chart-controls.js'
import { type ChartWindow, firstWindow, placedAt, scrolled, windowOf, zoomed } from './chart-window.js'
import type { PitchUnit } from './layout.js'
import type { ProsodyStore } from './prosody-store.js'
import type { Side } from './prosody-view.js'
import { readoutAt } from './readout.js'
import { nameOf, ReadoutLine } from './readout-line.js'
import { type Chart, type Cursor, cursorMs, extentOf, pictureOf, runChart } from './run-chart.js'
import { saveFile } from './save-file.js'
import { medianHz } from './track.js'
import { csvOfView } from './view-csv.js'
import './prosody.css'

interface ProsodyChartProps {
  readonly store: ProsodyStore
  readonly sides: readonly Side[]
}

/** What an arrow key moves the marker by, ms; with Shift ten times that. */
const STEP_MS = 100

export function ProsodyChart({ store, sides }: ProsodyChartProps) {
  const { messages, language } = useLanguage()
  const words = messages.prosody
  const view = useSyncExternalStore(store.subscribe, store.calm)
  const [window, setWindow] = useState<ChartWindow>(firstWindow)
  const [unit, setUnit] = useState<PitchUnit>('semitones')
  const [cursor, setCursor] = useState<Cursor>()
  const canvas = useRef<HTMLCanvasElement>(null)
  const dragged = useRef<number>(undefined)
  const chart: Chart = {
    store,
    sides,
    window,
    unit,
    cursor,
    words: { loud: 'LUFS', unit: words.unitShort[unit] },
    decimalMark: decimalMark(language),
  }
  const latest = useRef(chart)
  useEffect(() => {
    latest.current = chart
  })
  useEffect(() => (canvas.current ? runChart(canvas.current, () => latest.current) : undefined), [])

  const extent = extentOf(store, view)
  const size = { width: canvas.current?.clientWidth ?? 600, height: canvas.current?.clientHeight ?? 240 }
  const place = { ...size, ...windowOf(window, extent) }
  const atMs = cursorMs(cursor, place) ?? extent.nowMs

  const summary = sides
    .map(side => {
      const median = medianHz(view[side])
      return words.spoke(nameOf(side, sides, words), median ? `${median.toFixed(0)} Hz` : words.silent)
    })
    .join('; ')

  function pointed(event: PointerEvent<HTMLCanvasElement>): void {
    const px = event.nativeEvent.offsetX
    if (dragged.current !== undefined) {
      const byMs = ((dragged.current - px) / size.width) * window.spanMs
      setWindow(now => scrolled(now, byMs, extentOf(store, store.view())))
      dragged.current = px
    }
    setCursor({ px })
  }

  function key(event: KeyboardEvent): void {
    const next = keyed(event, { window, atMs, extent })
    if (next === undefined) return
    event.preventDefault()
    if (next.window) setWindow(next.window)
    if (next.cursor) setCursor(next.cursor)
  }

  return (
    <div className="prosody-chart">
      <ReadoutLine
        readout={readoutAt(view, atMs, window.spanMs / 60)}
        sides={sides}
        live={cursor === undefined}
      />
      {/* biome-ignore lint/a11y/useSemanticElements: a group of a picture and its keys has no element of its own. */}
      <div
        className="prosody-canvas"
        role="group"
        aria-label={words.chart}
        aria-describedby="prosody-keys"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the picture is read by keys.
        tabIndex={0}
        onKeyDown={key}
      >
        <canvas
          ref={canvas}
          role="img"
          aria-label={summary}
          onPointerDown={event => {
            dragged.current = event.nativeEvent.offsetX
            event.currentTarget.setPointerCapture(event.pointerId)
          }}
          onPointerMove={pointed}
          onPointerUp={() => {
            dragged.current = undefined
          }}
          onPointerLeave={() => {
            dragged.current = undefined
            setCursor(undefined)
          }}
        />
      </div>
      <p className="unseen" id="prosody-keys">
        {words.chartHelp}
      </p>
      <ChartControls
        window={window}
        extent={extent}
        unit={unit}
        change={setWindow}
        choose={setUnit}
        savePicture={() => {
          if (canvas.current === null) return
          const legend = sides.map(side => ({ side, name: nameOf(side, sides, words) }))
          void pictureOf(canvas.current, { ...chart, cursor: undefined }, legend).then(
            picture => picture && saveFile('prosody.png', picture),
          )
        }}
        saveRows={() => saveFile('prosody.csv', new Blob([csvOfView(store.view())], { type: 'text/csv' }))}
      />
    </div>
  )
}

interface KeyedState {
  readonly window: ChartWindow
  readonly atMs: number
  readonly extent: Parameters<typeof scrolled>[2]
}

/** What a key of the picture does; undefined where it is none of its keys. */
function keyed(
  { key, shiftKey }: KeyboardEvent,
  { window, atMs, extent }: KeyedState,
): { readonly window?: ChartWindow; readonly cursor?: Cursor } | undefined {
  if (key === 'ArrowLeft' || key === 'ArrowRight') {
    const step = (key === 'ArrowLeft' ? -STEP_MS : STEP_MS) * (shiftKey ? 10 : 1)
    const next = Math.min(extent.nowMs, Math.max(extent.beginMs, atMs + step))
    const { fromMs, untilMs } = windowOf(window, extent)
    const byMs = next < fromMs ? next - fromMs : next > untilMs ? next - untilMs : 0
    // A picture that moves on under the marker could not be read.
    const standing = { ...window, stoppedAtMs: window.stoppedAtMs ?? extent.nowMs }
    return { window: byMs === 0 ? standing : scrolled(standing, byMs, extent), cursor: { atMs: next } }
  }
  if (key === 'PageUp') return { window: scrolled(window, -window.spanMs / 2, extent) }
  if (key === 'PageDown') return { window: scrolled(window, window.spanMs / 2, extent) }
  if (key === 'Home') return { window: placedAt(window, extent.beginMs, extent) }
  if (key === 'End') return { window: { ...window, stoppedAtMs: undefined } }
  if (key === '+') return { window: zoomed(window, window.spanMs - 5_000) }
  if (key === '-') return { window: zoomed(window, window.spanMs + 5_000) }
  return undefined
}
