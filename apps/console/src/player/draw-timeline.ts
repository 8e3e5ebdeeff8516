/**
 * The picture of a conversation: caller above, agent below, between them what was waited for and what happened. Drawn once
 * for each window and size; the playhead is not part of it.
 */

import { clockText } from './model/clock-text.js'
import { type Happening, isInterruption } from './model/happenings.js'
import type { Peaks } from './model/peaks.js'
import { isAgent, type Playback } from './model/playback.js'
import { ticksIn, type ViewWindow, xOf } from './model/view-window.js'
import type { Pitch } from './use-sound.js'

export interface TimelineColours {
  readonly ink: string
  readonly muted: string
  readonly line: string
  readonly sunken: string
  readonly user: string
  readonly agent: string
  readonly alarm: string
  readonly accentSoft: string
}

export interface TimelinePicture {
  readonly playback: Playback
  readonly happenings: readonly Happening[]
  readonly window: ViewWindow
  readonly width: number
  readonly height: number
  readonly peaks: Peaks | undefined
  readonly pitch: Pitch | undefined
  readonly colours: TimelineColours
  readonly font: string
  /** What stands before tenths of a second. */
  readonly decimalMark: string
}

/** Heights of the lanes, px; what is left is shared by both voices. */
export const AXIS_PX = 22
const BETWEEN_PX = 26
export const PITCH_PX = 84

export function drawTimeline(context: CanvasRenderingContext2D, picture: TimelinePicture): void {
  const { width, height, pitch } = picture
  context.clearRect(0, 0, width, height)
  drawAxis(context, picture)
  const voices = height - AXIS_PX - BETWEEN_PX - (pitch === undefined ? 0 : PITCH_PX)
  const lane = voices / 2
  const top = AXIS_PX
  drawVoice(context, picture, 'caller', { top, height: lane })
  drawBetween(context, picture, { top: top + lane, height: BETWEEN_PX })
  drawVoice(context, picture, 'agent', { top: top + lane + BETWEEN_PX, height: lane })
  if (pitch !== undefined) drawPitch(context, picture, pitch, { top: height - PITCH_PX, height: PITCH_PX })
}

interface Lane {
  readonly top: number
  readonly height: number
}

function drawAxis(context: CanvasRenderingContext2D, picture: TimelinePicture): void {
  const { window, width, height, colours, font } = picture
  const tenths = window.untilMs - window.fromMs < 10_000
  context.font = font
  context.fillStyle = colours.muted
  context.strokeStyle = colours.line
  context.textBaseline = 'middle'
  context.lineWidth = 1
  for (const tick of ticksIn(window, width)) {
    const x = Math.round(xOf(window, width, tick)) + 0.5
    context.beginPath()
    context.moveTo(x, AXIS_PX - 4)
    context.lineTo(x, height)
    context.stroke()
    const text = clockText(tick, tenths, picture.decimalMark)
    if (x + 4 + context.measureText(text).width < width) context.fillText(text, x + 4, AXIS_PX / 2)
  }
}

function drawVoice(
  context: CanvasRenderingContext2D,
  picture: TimelinePicture,
  by: 'caller' | 'agent',
  { top, height }: Lane,
): void {
  const { playback, window, width, peaks, colours } = picture
  const colour = by === 'caller' ? colours.user : colours.agent
  const inset = 4
  // What was said, as far as is known from the words: the ground on which its sound stands.
  for (const line of playback.lines) {
    if (line.by !== by || line.endMs < window.fromMs || line.startMs > window.untilMs) continue
    const x = xOf(window, width, line.startMs)
    const wide = Math.max(3, xOf(window, width, line.endMs) - x)
    context.globalAlpha = peaks === undefined ? 0.55 : 0.1
    context.fillStyle = colour
    const high = peaks === undefined ? height * 0.5 : height - 2 * inset
    roundedBar(context, { x, y: top + (height - high) / 2, wide, high })
    context.globalAlpha = 1
    if (isAgent(line) && line.interrupted) {
      context.fillStyle = colours.alarm
      context.fillRect(x + wide - 2, top + inset, 2, height - 2 * inset)
    }
  }
  if (peaks !== undefined)
    drawPeaks(context, { ...picture, peaks }, { side: by === 'caller' ? 0 : 2, top, height })
}

function roundedBar(
  context: CanvasRenderingContext2D,
  { x, y, wide, high }: { x: number; y: number; wide: number; high: number },
): void {
  context.beginPath()
  context.roundRect(x, y, wide, high, Math.min(4, wide / 2))
  context.fill()
}

function drawPeaks(
  context: CanvasRenderingContext2D,
  picture: TimelinePicture & { readonly peaks: Peaks },
  { side, top, height }: Lane & { readonly side: 0 | 2 },
): void {
  const { playback, window, width, peaks, colours } = picture
  const { startMs: shift = 0 } = playback.recording
  const count = Math.max(1, Math.round(width))
  const columns = peaks.columns(window.fromMs - shift, window.untilMs - shift, count)
  const middle = top + height / 2
  // Quiet recordings fill the lane as loud ones do, up to four times.
  const scale = (height / 2 - 5) / Math.max(32, peaks.loudest)
  context.fillStyle = side === 0 ? colours.user : colours.agent
  context.beginPath()
  for (let x = 0; x < count; x++) {
    const low = columns[4 * x + side] ?? 0
    const high = columns[4 * x + side + 1] ?? 0
    if (low === 0 && high === 0) continue
    context.rect(x, middle - high * scale, 1, Math.max(1, (high - low) * scale))
  }
  context.fill()
}

/** What was waited for, from the caller's last word to the agent's first, and marks of what happened. */
function drawBetween(
  context: CanvasRenderingContext2D,
  picture: TimelinePicture,
  { top, height }: Lane,
): void {
  const { playback, happenings, window, width, colours, font } = picture
  const middle = top + height / 2
  context.font = font
  context.textBaseline = 'middle'
  for (const line of playback.lines) {
    if (!isAgent(line) || line.ledger === undefined) continue
    const until = xOf(window, width, line.startMs)
    const from = xOf(window, width, line.startMs - line.ledger.totalMs)
    if (until < 0 || from > width) continue
    context.fillStyle = colours.line
    roundedBar(context, { x: from, y: middle - 3, wide: Math.max(2, until - from), high: 6 })
    const text = `${(line.ledger.totalMs / 1000).toFixed(1).replace('.', picture.decimalMark)} s`
    if (until - from < context.measureText(text).width + 10) continue
    const wide = context.measureText(text).width
    context.fillStyle = colours.sunken
    roundedBar(context, { x: (from + until - wide) / 2 - 4, y: middle - 8, wide: wide + 8, high: 16 })
    context.fillStyle = colours.muted
    context.fillText(text, (from + until - wide) / 2, middle)
  }
  for (const each of happenings) drawMark(context, picture, each, middle)
}

function drawMark(
  context: CanvasRenderingContext2D,
  { window, width, colours }: TimelinePicture,
  happening: Happening,
  y: number,
): void {
  const x = xOf(window, width, happening.atMs)
  const until = xOf(window, width, happening.untilMs)
  if (until < -8 || x > width + 8) return
  if (happening.kind === 'lost') {
    context.fillStyle = colours.alarm
    context.globalAlpha = 0.25
    context.fillRect(x, y - 11, Math.max(2, until - x), 22)
    context.globalAlpha = 1
    return
  }
  const bad = isInterruption(happening) || happening.kind === 'warning'
  context.fillStyle = bad ? colours.alarm : colours.muted
  context.beginPath()
  if (isInterruption(happening)) {
    context.moveTo(x - 6, y - 7)
    context.lineTo(x + 6, y - 7)
    context.lineTo(x, y + 6)
    context.closePath()
  } else if (happening.kind === 'tool') context.rect(x - 4, y - 4, 8, 8)
  else if (happening.kind === 'warning') {
    context.moveTo(x, y - 7)
    context.lineTo(x + 6, y + 5)
    context.lineTo(x - 6, y + 5)
    context.closePath()
  } else context.arc(x, y, 4, 0, 2 * Math.PI)
  context.fill()
}

const LOW_HZ = 70
const HIGH_HZ = 420

function drawPitch(
  context: CanvasRenderingContext2D,
  picture: TimelinePicture,
  pitch: Pitch,
  lane: Lane,
): void {
  const { playback, window, width, colours, font } = picture
  const { startMs: shift = 0 } = playback.recording
  const { top, height } = lane
  const yOf = (hz: number): number =>
    top + height - 8 - ((Math.log2(hz) - Math.log2(LOW_HZ)) / Math.log2(HIGH_HZ / LOW_HZ)) * (height - 16)
  context.font = font
  context.textBaseline = 'middle'
  for (const hz of [100, 200, 400]) {
    context.fillStyle = colours.line
    context.fillRect(0, Math.round(yOf(hz)), width, 1)
    context.fillStyle = colours.muted
    context.fillText(`${hz} Hz`, 4, yOf(hz) - 7)
  }
  for (const [points, colour] of [
    [pitch.callerHz, colours.user],
    [pitch.agentHz, colours.agent],
  ] as const) {
    context.fillStyle = colour
    context.beginPath()
    const first = Math.max(0, Math.floor((window.fromMs - shift) / pitch.stepMs))
    const last = Math.min(points.length, Math.ceil((window.untilMs - shift) / pitch.stepMs))
    // Closer than half a pixel nothing more can be seen.
    const every = Math.max(1, Math.floor((last - first) / (2 * width)))
    for (let at = first; at < last; at += every) {
      const hz = points[at] ?? 0
      if (hz < LOW_HZ || hz > HIGH_HZ) continue
      context.rect(xOf(window, width, shift + (at + 0.5) * pitch.stepMs) - 1, yOf(hz) - 1, 2, 2)
    }
    context.fill()
  }
}

/** The whole of it on a narrow strip, to see where the window is. */
export function drawOverview(context: CanvasRenderingContext2D, picture: TimelinePicture): void {
  const { playback, width, height, window, colours, happenings } = picture
  context.clearRect(0, 0, width, height)
  for (const line of playback.lines) {
    const x = xOf(window, width, line.startMs)
    context.globalAlpha = 0.6
    context.fillStyle = line.by === 'caller' ? colours.user : colours.agent
    const wide = Math.max(1, xOf(window, width, line.endMs) - x)
    context.fillRect(x, line.by === 'caller' ? 5 : height / 2 + 1, wide, height / 2 - 6)
  }
  context.globalAlpha = 1
  context.fillStyle = colours.alarm
  for (const each of happenings)
    if (isInterruption(each)) context.fillRect(xOf(window, width, each.atMs) - 0.5, 1, 1.5, height - 2)
}
