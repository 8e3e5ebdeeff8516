/** One side of a recording: pitch over loudness, its utterances as bands that say their numbers. */
import { pitchRange, scaleOf, semitonesBetween, ticksOf, timeTicksOf } from './axis.js'
import type { Overview } from './overview.js'
import type { SideReport } from './report.js'
import type { ReportedUtterance } from './rows.js'
import { type Svg, tag } from './svg-tag.js'
import { clock } from './utterance-table.js'

export interface SideSvgOptions {
  readonly durationMs: number
  readonly unit: 'hz' | 'semitones'
}

/** Of the whole picture, pixels. */
export const WIDTH = 1200
export const PLOT = { left: 70, right: WIDTH - 70 } as const

const PITCH = { top: 46, bottom: 246 } as const
const VOICED = { top: 252, height: 5 } as const
const LOUD = { top: 268, bottom: 328 } as const
export const SIDE_HEIGHT = 352
/** Quieter than this is not drawn, LUFS. */
const QUIETEST = -60
/** A longer step from one moment to the next is no glide of a voice, semitones. */
const LONGEST_STEP = 7

type Scale = (value: number) => number

export function sideSvg(report: SideReport, { durationMs, unit }: SideSvgOptions): Svg[] {
  const { overview, summary, utterances } = report
  const x = scaleOf(0, durationMs, PLOT.left, PLOT.right)
  const width = PLOT.right - PLOT.left
  const loud = scaleOf(QUIETEST, 0, LOUD.bottom, LOUD.top)
  const { pitch } = summary
  return [
    tag('text', { class: 's', x: PLOT.left, y: 12 }, nameOf(report.side)),
    tag('text', { class: 'm', x: PLOT.left, y: 32 }, sentence(report)),
    tag('rect', { class: 'plot', x: PLOT.left, y: PITCH.top, width, height: PITCH.bottom - PITCH.top }),
    tag('rect', { class: 'plot', x: PLOT.left, y: LOUD.top, width, height: LOUD.bottom - LOUD.top }),
    ...timeTicksOf(durationMs, 14).flatMap(ms => [
      line('grid', x(ms), PITCH.top, x(ms), PITCH.bottom),
      line('grid', x(ms), LOUD.top, x(ms), LOUD.bottom),
    ]),
    ...(pitch ? pitchAxes(pitch, unit) : []),
    ...[-60, -30, 0].flatMap(level => [
      line('grid', PLOT.left, loud(level), PLOT.right, loud(level)),
      tag('text', { class: 'm', x: PLOT.left - 8, y: loud(level) + 4, 'text-anchor': 'end' }, minus(level)),
    ]),
    axisName(18, (LOUD.top + LOUD.bottom) / 2, 'LUFS'),
    ...utterances.map(each => band(each, x)),
    tag('path', { class: 'loud', d: loudnessPath(overview, x, loud) }),
    tag('path', { class: 'voiced', d: voicedPath(overview, x) }),
    ...(pitch ? [tag('path', { class: 'pitch', d: pitchPath(overview, x, pitchScale(pitch)) })] : []),
  ]
}

type Pitch = NonNullable<SideReport['summary']['pitch']>

/** From Hz to pixels, even in semitones. */
function pitchScale({ lowHz, highHz }: Pitch): Scale {
  const [from, until] = pitchRange(lowHz, highHz)
  const y = scaleOf(Math.log2(from), Math.log2(until), PITCH.bottom, PITCH.top)
  return hz => Math.min(PITCH.bottom, Math.max(PITCH.top, y(Math.log2(hz))))
}

/** The unit that was asked for at the left with its grid, the other at the right; the median as a dashed line. */
function pitchAxes(pitch: Pitch, unit: 'hz' | 'semitones'): Svg[] {
  const y = pitchScale(pitch)
  const [fromHz, untilHz] = pitchRange(pitch.lowHz, pitch.highHz)
  const hz = ticksOf(fromHz, untilHz, 6).map(tick => ({ y: y(tick), text: String(tick) }))
  const from = semitonesBetween(fromHz, pitch.medianHz)
  const until = semitonesBetween(untilHz, pitch.medianHz)
  const semitones = ticksOf(from, until, 7).map(tick => ({
    y: y(pitch.medianHz * 2 ** (tick / 12)),
    text: tick > 0 ? `+${tick}` : minus(tick),
  }))
  const [left, right] = unit === 'hz' ? [hz, semitones] : [semitones, hz]
  const middle = (PITCH.top + PITCH.bottom) / 2
  const [leftName, rightName] = unit === 'hz' ? ['pitch, Hz', 'semitones'] : ['pitch, semitones', 'Hz']
  return [
    ...left.flatMap(tick => [
      line('grid', PLOT.left, tick.y, PLOT.right, tick.y),
      tag('text', { class: 'm', x: PLOT.left - 8, y: tick.y + 4, 'text-anchor': 'end' }, tick.text),
    ]),
    ...right.map(tick => tag('text', { class: 'm', x: PLOT.right + 8, y: tick.y + 4 }, tick.text)),
    axisName(18, middle, leftName),
    axisName(PLOT.right + 58, middle, rightName),
    line('median', PLOT.left, y(pitch.medianHz), PLOT.right, y(pitch.medianHz)),
  ]
}

function pitchPath(overview: Overview, x: Scale, y: Scale): string {
  const parts: string[] = []
  let lastHz = 0
  for (let i = 0; i < overview.moments; i++) {
    const hz = overview.pitchAt(i)
    if (hz > 0) {
      const place = `${shortened(x((i + 0.5) * overview.momentMs))} ${shortened(y(hz))}`
      const joined = lastHz > 0 && Math.abs(semitonesBetween(hz, lastHz)) <= LONGEST_STEP
      // A dot of no length is drawn round by its caps.
      parts.push(joined ? `L${place}` : `M${place}h.01`)
    }
    lastHz = hz
  }
  return parts.join('') || 'M0 0'
}

function loudnessPath(overview: Overview, x: Scale, y: Scale): string {
  const points = Array.from({ length: overview.moments }, (_, i) => {
    const level = Math.min(0, Math.max(QUIETEST, overview.loudnessAt(i)))
    return `L${shortened(x((i + 0.5) * overview.momentMs))} ${shortened(y(level))}`
  })
  const end = shortened(x((overview.moments - 0.5) * overview.momentMs))
  return `M${PLOT.left} ${LOUD.bottom}${points.join('')}L${end} ${LOUD.bottom}Z`
}

function voicedPath(overview: Overview, x: Scale): string {
  const parts: string[] = []
  const { top, height } = VOICED
  for (let i = 0; i < overview.moments; i++) {
    if (overview.pitchAt(i) <= 0) continue
    const from = i
    while (i + 1 < overview.moments && overview.pitchAt(i + 1) > 0) i++
    const left = x(from * overview.momentMs)
    const width = Math.max(1, x((i + 1) * overview.momentMs) - left)
    parts.push(`M${shortened(left)} ${top}h${shortened(width)}v${height}h-${shortened(width)}Z`)
  }
  return parts.join('') || 'M0 0'
}

const signs = { rise: '↗', fall: '↘', level: '→' } as const

function band({ number, utterance }: ReportedUtterance, x: Scale): Svg {
  const { pitch, fromMs, untilMs, loudness, syllableRate, arousal, emotion } = utterance
  const left = x(fromMs)
  const width = Math.max(1, x(untilMs) - left)
  const short = pitch ? `${number} ${signs[pitch.final]}` : String(number)
  const long = pitch ? `${short} ${pitch.medianHz.toFixed(0)} Hz · ${emotion}` : short
  const label = [long, short].find(text => text.length * 6.6 < width)
  return tag(
    'g',
    {},
    tag(
      'title',
      {},
      `${number}: ${clock(fromMs)}–${clock(untilMs)}, ` +
        (pitch
          ? `${pitch.medianHz.toFixed(0)} Hz, ${pitch.rangeSemitones.toFixed(1)} semitones, ${pitch.final}, `
          : '') +
        `${loudness.toFixed(1)} LUFS, ${syllableRate.toFixed(1)} syllables a second, arousal ${arousal.toFixed(2)} (${emotion})`,
    ),
    tag('rect', { class: 'band', x: left, y: PITCH.top, width, height: LOUD.bottom - PITCH.top }),
    ...(label === undefined ? [] : [tag('text', { class: 'mark m', x: left + 4, y: PITCH.top + 14 }, label)]),
  )
}

function sentence({ summary }: SideReport): string {
  const { pitch, utterances, loudness, syllableRate, clippedFrames } = summary
  if (pitch === undefined) return 'Nobody speaks: no voice with a pitch was found.'
  return [
    `${utterances} ${utterances === 1 ? 'utterance' : 'utterances'}`,
    `median ${pitch.medianHz.toFixed(0)} Hz`,
    `range ${pitch.rangeSemitones.toFixed(1)} semitones`,
    ...(utterances > 0
      ? [`${minus(Number(loudness.toFixed(1)))} LUFS`, `${syllableRate.toFixed(1)} syllables a second`]
      : []),
    ...(clippedFrames > 0 ? [`${clippedFrames} frames clipped`] : []),
  ].join(' · ')
}

function line(name: string, x1: number, y1: number, x2: number, y2: number): Svg {
  return tag('line', { class: name, x1, y1, x2, y2 })
}

function axisName(x: number, y: number, text: string): Svg {
  return tag(
    'text',
    { class: 'm', transform: `translate(${x} ${y}) rotate(-90)`, 'text-anchor': 'middle' },
    text,
  )
}

function minus(value: number): string {
  return String(value).replace('-', '−')
}

function shortened(value: number): string {
  return value.toFixed(1)
}

export function nameOf(side: SideReport['side']): string {
  return { voice: 'Voice', left: 'Left channel', right: 'Right channel' }[side]
}
