/** Pause, place in time, zoom, unit of pitch, and what can be kept. */
import { useId } from 'react'
import { useMessages } from '../i18n/language.js'
import { clockText } from './axis.js'
import { type ChartWindow, type Extent, placedAt, SPAN_MS, zoomed } from './chart-window.js'
import type { PitchUnit } from './layout.js'

interface ChartControlsProps {
  readonly window: ChartWindow
  readonly extent: Extent
  readonly unit: PitchUnit
  readonly change: (window: ChartWindow) => void
  readonly choose: (unit: PitchUnit) => void
  readonly savePicture: () => void
  readonly saveRows: () => void
}

export function ChartControls(props: ChartControlsProps) {
  const { window, extent, unit, change, choose } = props
  const words = useMessages().prosody
  const group = useId()
  const follows = window.stoppedAtMs === undefined
  const earliestMs = Math.min(extent.nowMs, extent.beginMs + window.spanMs)
  return (
    <div className="prosody-controls">
      <button
        type="button"
        className="button"
        aria-pressed={!follows}
        onClick={() => change({ ...window, stoppedAtMs: follows ? extent.nowMs : undefined })}
      >
        <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
          <path d={follows ? 'M4 3h3v10H4ZM9 3h3v10H9Z' : 'M4 2.5v11l9-5.5Z'} fill="currentColor" />
        </svg>
        {follows ? words.pause : words.follow}
      </button>
      <label className="prosody-range prosody-position">
        <span className="unseen">{words.position}</span>
        <input
          type="range"
          min={earliestMs}
          max={Math.max(earliestMs + 1, extent.nowMs)}
          step={100}
          value={window.stoppedAtMs ?? extent.nowMs}
          aria-valuetext={follows ? words.now : clockText(window.stoppedAtMs ?? 0)}
          onChange={event => change(placedAt(window, event.target.valueAsNumber, extent))}
        />
      </label>
      <label className="prosody-range">
        <span>{words.zoom}</span>
        <input
          type="range"
          min={SPAN_MS.least / 1000}
          max={SPAN_MS.most / 1000}
          step={SPAN_MS.step / 1000}
          value={window.spanMs / 1000}
          aria-valuetext={words.zoomed(window.spanMs / 1000)}
          onChange={event => change(zoomed(window, event.target.valueAsNumber * 1000))}
        />
        <output>{words.zoomed(window.spanMs / 1000)}</output>
      </label>
      <fieldset className="prosody-units">
        <legend className="unseen">{words.unit}</legend>
        {(['semitones', 'hz'] as const).map(each => (
          <label key={each}>
            <input type="radio" name={group} checked={unit === each} onChange={() => choose(each)} />
            <span>{words.units[each]}</span>
          </label>
        ))}
      </fieldset>
      <span className="prosody-saves">
        <button type="button" className="button-quiet" onClick={props.savePicture}>
          {words.savePicture}
        </button>
        <button type="button" className="button-quiet" onClick={props.saveRows}>
          {words.saveRows}
        </button>
      </span>
    </div>
  )
}
