/** Puts a layout on a canvas, in the colours of the page. */
import type { Layout } from './layout.js'
import type { Box } from './layout-boxes.js'
import type { Side } from './prosody-view.js'

export interface Colours {
  readonly paper: string
  readonly line: string
  readonly strongLine: string
  readonly text: string
  readonly alarm: string
  readonly user: string
  readonly agent: string
}

export interface DrawOptions {
  readonly layout: Layout
  readonly colours: Colours
  readonly width: number
  readonly height: number
  /** Of a finger or mouse, pixels from the left. */
  readonly cursor: number | undefined
  readonly words: { readonly loud: string; readonly unit: string }
  /** Who has which colour, for a picture that leaves the page, which says so beside it. */
  readonly legend?: readonly LegendEntry[] | undefined
}

export interface LegendEntry {
  readonly side: Side
  readonly name: string
}

const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif'

export function coloursOf(element: Element): Colours {
  const style = getComputedStyle(element)
  const read = (name: string) => style.getPropertyValue(name).trim()
  return {
    paper: read('--surface'),
    line: read('--line'),
    strongLine: read('--control-line'),
    text: read('--muted'),
    alarm: read('--alarm'),
    user: read('--prosody-user'),
    agent: read('--agent'),
  }
}

export function draw(context: CanvasRenderingContext2D, options: DrawOptions): void {
  const { layout, colours, width, height, cursor } = options
  context.font = FONT
  context.lineJoin = 'round'
  context.lineCap = 'round'
  context.fillStyle = colours.paper
  context.fillRect(0, 0, width, height)
  grid(context, options)
  clipped(context, layout.pitch, () => {
    turns(context, options)
    unheard(context, options)
  })
  for (const side of ['user', 'agent'] as const) {
    lane(context, options, side)
    clipped(context, layout.loudness, () => bars(context, options, side))
    clipped(context, layout.pitch, () => curve(context, options, side))
  }
  marks(context, options)
  legend(context, options)
  if (cursor !== undefined) stroke(context, colours.strongLine, 1, () => vertical(context, cursor, layout))
}

function grid(context: CanvasRenderingContext2D, { layout, colours, words, height }: DrawOptions): void {
  const { pitch, loudness, timeTicks, pitchTicks } = layout
  context.textBaseline = 'middle'
  for (const { y, text, strong } of pitchTicks) {
    const across = () => horizontal(context, pitch, y)
    stroke(context, strong ? colours.strongLine : colours.line, 1, across)
    context.fillStyle = colours.text
    context.textAlign = 'right'
    context.fillText(text, pitch.x - 5, Math.max(pitch.y + 5, y))
  }
  stroke(context, colours.line, 1, () => horizontal(context, loudness, layout.barsAt))
  context.fillText(words.loud, loudness.x - 5, loudness.y + loudness.height / 2)
  context.textBaseline = 'alphabetic'
  for (const { x, text } of timeTicks) {
    stroke(context, colours.line, 1, () => vertical(context, x, layout))
    context.textAlign = x > pitch.x + pitch.width - 16 ? 'right' : 'center'
    context.fillText(text, x, height - 5)
  }
  context.textAlign = 'left'
  context.fillText(words.unit, pitch.x + 4, pitch.y + 10)
}

function turns(context: CanvasRenderingContext2D, { layout, colours }: DrawOptions): void {
  const { pitch } = layout
  for (const { side, x, width } of layout.turns) {
    context.globalAlpha = 0.09
    context.fillStyle = colours[side]
    context.fillRect(x, pitch.y, width, pitch.height)
  }
  context.globalAlpha = 1
}

/** Hatched: it was to be said here, and nobody heard it. */
function unheard(context: CanvasRenderingContext2D, { layout, colours }: DrawOptions): void {
  const { pitch } = layout
  for (const { x, width } of layout.unheard) {
    context.save()
    context.beginPath()
    context.rect(x, pitch.y, width, pitch.height)
    context.clip()
    context.globalAlpha = 0.35
    stroke(context, colours.agent, 1, () => {
      const step = 8
      const first = Math.floor((x - pitch.height) / step) * step
      for (let at = first; at < x + width; at += step) {
        context.moveTo(at, pitch.y + pitch.height)
        context.lineTo(at + pitch.height, pitch.y)
      }
    })
    context.restore()
  }
}

function lane(context: CanvasRenderingContext2D, { layout, colours }: DrawOptions, side: Side): void {
  const box = layout.lanes[side]
  clipped(context, box, () => {
    context.fillStyle = colours[side]
    context.globalAlpha = 0.22
    for (const turn of layout.turns) {
      if (turn.side === side) context.fillRect(turn.x, box.y, turn.width, box.height)
    }
    context.globalAlpha = 1
    for (const run of layout.voiced) {
      if (run.side === side) context.fillRect(run.x, box.y + 3, run.width, box.height - 6)
    }
  })
}

function bars(context: CanvasRenderingContext2D, { layout, colours }: DrawOptions, side: Side): void {
  const middle = layout.barsAt
  const values = layout.bars[side]
  context.fillStyle = colours[side]
  context.globalAlpha = 0.6
  for (let i = 0; i < values.length; i += 2) {
    const x = values[i] as number
    const tall = values[i + 1] as number
    const next = values[i + 2] ?? x + 2
    const width = Math.min(8, Math.max(1, next - x))
    if (tall > 0.5) context.fillRect(x, side === 'user' ? middle - 0.5 - tall : middle + 0.5, width, tall)
  }
  context.globalAlpha = 1
}

function curve(context: CanvasRenderingContext2D, { layout, colours }: DrawOptions, side: Side): void {
  stroke(context, colours[side], side === 'agent' ? 2.4 : 2, () => {
    for (const points of layout.curves[side]) {
      context.moveTo(points[0] as number, points[1] as number)
      // A curve of one point is a dot.
      if (points.length === 2) context.lineTo((points[0] as number) + 0.1, points[1] as number)
      for (let i = 2; i < points.length; i += 2) {
        context.lineTo(points[i] as number, points[i + 1] as number)
      }
    }
  })
}

function legend(context: CanvasRenderingContext2D, { layout, colours, legend = [] }: DrawOptions): void {
  const { pitch } = layout
  let right = pitch.x + pitch.width - 6
  context.textAlign = 'right'
  for (const { side, name } of legend.toReversed()) {
    const width = context.measureText(name).width + 18
    context.fillStyle = colours.paper
    context.fillRect(right - width - 4, pitch.y + 1, width + 8, 14)
    context.fillStyle = colours.text
    context.fillText(name, right, pitch.y + 11)
    context.fillStyle = colours[side]
    context.fillRect(right - width, pitch.y + 6, 12, 3)
    right -= width + 10
  }
  context.textAlign = 'left'
}

/** Each kind by its shape, so that colour is not needed to tell them apart. */
const shapes = { duck: '▾', resume: '▴', hold: 'Ⅱ', pass: '✓', claim: '✕', cut: '┃' } as const

function marks(context: CanvasRenderingContext2D, { layout, colours }: DrawOptions): void {
  const { lanes } = layout
  const { y, height } = lanes.agent
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  for (const { x, mark } of layout.marks) {
    const grave = mark.kind === 'claim' || mark.kind === 'cut'
    const colour = grave ? colours.alarm : colours.text
    if (grave) stroke(context, colour, 1.5, () => vertical(context, x, layout))
    if (mark.kind === 'cut') continue
    context.fillStyle = colours.paper
    context.fillRect(x - 5.5, y - 1, 11, height + 2)
    context.fillStyle = colour
    context.fillText(shapes[mark.kind], x, y + height / 2 + 0.5)
  }
  context.textAlign = 'left'
  context.textBaseline = 'alphabetic'
}

function stroke(context: CanvasRenderingContext2D, colour: string, width: number, path: () => void): void {
  context.strokeStyle = colour
  context.lineWidth = width
  context.beginPath()
  path()
  context.stroke()
}

function horizontal(context: CanvasRenderingContext2D, { x, width }: Box, y: number): void {
  context.moveTo(x, Math.round(y) + 0.5)
  context.lineTo(x + width, Math.round(y) + 0.5)
}

function vertical(context: CanvasRenderingContext2D, x: number, { pitch, loudness }: Layout): void {
  context.moveTo(Math.round(x) + 0.5, pitch.y)
  context.lineTo(Math.round(x) + 0.5, loudness.y + loudness.height)
}

function clipped(context: CanvasRenderingContext2D, { x, y, width, height }: Box, paint: () => void): void {
  context.save()
  context.beginPath()
  context.rect(x, y - 1, width, height + 2)
  context.clip()
  paint()
  context.restore()
}
