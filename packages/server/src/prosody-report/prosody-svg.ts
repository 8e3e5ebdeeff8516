/** A recording as a picture: its sides below each other on one time axis, readable on light and on dark. */
import { timeText, timeTicksOf } from './axis.js'
import type { SideReport } from './report.js'
import { nameOf, PLOT, SIDE_HEIGHT, sideSvg, WIDTH } from './side-svg.js'
import { type Svg, tag } from './svg-tag.js'

export interface PictureOptions {
  readonly title: string
  /** Under the title: length, rate, manner. */
  readonly facts: string
  readonly durationMs: number
  readonly sides: readonly SideReport[]
  /** Pitch on the left axis: Hz, or semitones above the median of each side. */
  readonly unit: 'hz' | 'semitones'
}

const TOP = 84
const BOTTOM = 46

const style = `
svg{color-scheme:light dark}
text{font:13px system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;fill:#1d1c1a}
.paper{fill:#fff}.plot{fill:#faf9f7}.h{font-size:20px;font-weight:600}.s{font-size:14px;font-weight:600}
.m{fill:#625e58}.grid{stroke:#e2ded7;stroke-width:1}.edge{stroke:#8c877f;stroke-width:1}
.band{fill:#0b6e62;fill-opacity:.08}.pitch{fill:none;stroke:#0b6e62;stroke-width:2.4;stroke-linecap:round;stroke-linejoin:round}
.median{stroke:#0b6e62;stroke-width:1;stroke-dasharray:2 5;stroke-opacity:.8}.loud{fill:#7a6a52;fill-opacity:.45}
.voiced{fill:#0b6e62;fill-opacity:.55}.mark{font-size:12px}.clip{fill:#a32a17}
@media (prefers-color-scheme:dark){
text{fill:#ecebe8}.paper{fill:#131415}.plot{fill:#1b1c1e}.m{fill:#a9a69f}.grid{stroke:#303235}.edge{stroke:#7d7b76}
.band{fill:#56c8b5;fill-opacity:.1}.pitch{stroke:#56c8b5}.median{stroke:#56c8b5}.loud{fill:#cbb894;fill-opacity:.4}
.voiced{fill:#56c8b5;fill-opacity:.55}.clip{fill:#ff9d88}}
`

/** A whole document, well-formed XML. */
export function prosodySvg(options: PictureOptions): string {
  const { title, facts, durationMs, sides } = options
  const height = TOP + sides.length * SIDE_HEIGHT + BOTTOM
  const picture = tag(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${WIDTH} ${height}`,
      width: WIDTH,
      height,
      role: 'img',
      'aria-labelledby': 'prosody-title prosody-text',
    },
    tag('title', { id: 'prosody-title' }, `Prosody of ${title}`),
    tag('desc', { id: 'prosody-text' }, [facts, ...sides.map(described)].join(' ')),
    { markup: `<style>${style}</style>` },
    tag('rect', { class: 'paper', width: WIDTH, height }),
    tag('text', { class: 'h', x: PLOT.left, y: 34 }, title),
    tag('text', { class: 'm', x: PLOT.left, y: 56 }, facts),
    ...sides.map((side, i) =>
      tag(
        'g',
        { transform: `translate(0 ${TOP + i * SIDE_HEIGHT})` },
        ...sideSvg(side, { durationMs, unit: options.unit }),
      ),
    ),
    timeAxis(durationMs, height - BOTTOM),
  )
  return `<?xml version="1.0" encoding="UTF-8"?>\n${picture.markup}\n`
}

function timeAxis(durationMs: number, y: number): Svg {
  const ticks = timeTicksOf(durationMs, 14).map(ms => {
    const x = PLOT.left + ((PLOT.right - PLOT.left) * ms) / durationMs
    return tag('text', { class: 'm', x, y: y + 18, 'text-anchor': 'middle' }, timeText(ms, durationMs))
  })
  const unit = durationMs < 60_000 ? 'time, seconds' : 'time, minutes:seconds'
  const middle = (PLOT.left + PLOT.right) / 2
  return tag(
    'g',
    {},
    ...ticks,
    tag('text', { class: 'm', x: middle, y: y + 36, 'text-anchor': 'middle' }, unit),
  )
}

/** One sentence for who cannot see it. */
function described({ side, summary, utterances }: SideReport): string {
  const { pitch } = summary
  if (pitch === undefined) return `${nameOf(side)}: nobody speaks.`
  const rises = utterances.filter(({ utterance }) => utterance.pitch?.final === 'rise').length
  const falls = utterances.filter(({ utterance }) => utterance.pitch?.final === 'fall').length
  return (
    `${nameOf(side)}: ${summary.utterances} utterances, median pitch ${pitch.medianHz.toFixed(0)} Hz, ` +
    `range ${pitch.rangeSemitones.toFixed(1)} semitones, ${rises} end in a rise and ${falls} in a fall, ` +
    `mean loudness ${summary.loudness.toFixed(1)} LUFS.`
  )
}
