/** Draws the picture again whenever something of it changed, until told to stop. */
import { fit } from '../fit-canvas.js'
import { type ChartWindow, type Extent, windowOf } from './chart-window.js'
import { coloursOf, type DrawOptions, draw, type LegendEntry } from './draw.js'
import { layoutOf, type PitchUnit, timeAt } from './layout.js'
import type { ProsodyStore } from './prosody-store.js'
import { beginOf, endOf, type ProsodyView, type Side } from './prosody-view.js'

/** Where somebody points: at a place of the picture, or at a moment. */
export type Cursor = { readonly px: number } | { readonly atMs: number }

export interface Chart {
  readonly store: ProsodyStore
  readonly sides: readonly Side[]
  readonly window: ChartWindow
  readonly unit: PitchUnit
  readonly cursor: Cursor | undefined
  readonly words: DrawOptions['words']
  readonly decimalMark: string
}

/** Where motion is unwelcome the picture moves on in steps of this, ms. */
const STILL_STEP_MS = 1_000

export function extentOf(store: ProsodyStore, view: ProsodyView): Extent {
  return { beginMs: beginOf(view), nowMs: Math.max(store.nowMs(), endOf(view)) }
}

export function runChart(canvas: HTMLCanvasElement, read: () => Chart): () => void {
  const still = matchMedia('(prefers-reduced-motion: reduce)')
  const dark = matchMedia('(prefers-color-scheme: dark)')
  let drawn = ''
  let drawnView: ProsodyView | undefined
  let request = requestAnimationFrame(frame)

  function frame(): void {
    request = requestAnimationFrame(frame)
    const chart = read()
    const view = chart.store.view()
    const { clientWidth, clientHeight } = canvas
    if (clientWidth === 0) return
    const extent = stepped(extentOf(chart.store, view))
    const pixelMs = chart.window.spanMs / clientWidth
    const shift = Math.round(extent.nowMs / pixelMs)
    const key = JSON.stringify([
      chart.window,
      chart.unit,
      chart.cursor,
      chart.words,
      chart.decimalMark,
      clientWidth,
      clientHeight,
    ])
    const state = `${key} ${chart.window.stoppedAtMs === undefined ? shift : ''} ${dark.matches} ${devicePixelRatio}`
    if (view === drawnView && state === drawn) return
    drawn = state
    drawnView = view
    paint(canvas, chart, view, extent)
  }

  function stepped(extent: Extent): Extent {
    if (!still.matches) return extent
    return { ...extent, nowMs: Math.ceil(extent.nowMs / STILL_STEP_MS) * STILL_STEP_MS }
  }

  return () => cancelAnimationFrame(request)
}

function paint(canvas: HTMLCanvasElement, chart: Chart, view: ProsodyView, extent: Extent): void {
  const context = canvas.getContext('2d')
  if (context === null) return
  const size = fit(canvas)
  const shown = windowOf(chart.window, extent)
  const layout = layoutOf(view, { ...size, ...shown, ...wishesOf(chart) })
  const atMs = cursorMs(chart.cursor, { ...size, ...shown })
  const share = atMs === undefined ? undefined : (atMs - shown.fromMs) / (shown.untilMs - shown.fromMs)
  const cursor =
    share === undefined || share < 0 || share > 1 ? undefined : layout.pitch.x + share * layout.pitch.width
  draw(context, { layout, colours: coloursOf(canvas), ...size, cursor, words: chart.words })
}

function wishesOf({ unit, sides, decimalMark }: Chart) {
  return { unit, sides, decimalMark }
}

/** The moment somebody points at. */
export function cursorMs(
  cursor: Cursor | undefined,
  place: Parameters<typeof timeAt>[1],
): number | undefined {
  if (cursor === undefined) return undefined
  return 'atMs' in cursor ? cursor.atMs : timeAt(cursor.px, place)
}

/** What is shown now, as a picture of twice its size on the screen, with the names of the colours. */
export function pictureOf(
  canvas: HTMLCanvasElement,
  chart: Chart,
  legend: readonly LegendEntry[],
): Promise<Blob | null> {
  const { clientWidth: width, clientHeight: height } = canvas
  const copy = document.createElement('canvas')
  copy.width = width * 2
  copy.height = height * 2
  const context = copy.getContext('2d')
  const view = chart.store.view()
  const shown = windowOf(chart.window, extentOf(chart.store, view))
  const layout = layoutOf(view, { width, height, ...shown, ...wishesOf(chart) })
  context?.scale(2, 2)
  if (context)
    draw(context, {
      layout,
      colours: coloursOf(canvas),
      width,
      height,
      cursor: undefined,
      words: chart.words,
      legend,
    })
  return new Promise(resolve => copy.toBlob(resolve, 'image/png'))
}
