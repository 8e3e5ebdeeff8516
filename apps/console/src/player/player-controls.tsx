/** What is done with the playhead, by hand and by keys. */

import { type MouseEvent, useEffect, useSyncExternalStore } from 'react'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { decimalMark } from '../ui/fixed.js'
import { clockText } from './model/clock-text.js'
import { type PlayerClock, playRates } from './player-clock.js'
import { useTimeText } from './use-time-text.js'
import { words } from './words.js'

export interface PlayerSteps {
  readonly turnBefore: () => void
  readonly turnAfter: () => void
  readonly nextInterruption: () => void
  readonly zoom: (factor: number) => void
}

interface ControlsProps extends PlayerSteps {
  readonly clock: PlayerClock
  readonly durationMs: number
  readonly isWhole: boolean
  readonly showAll: () => void
  readonly pitch: { readonly wanted: boolean; readonly text: string; readonly toggle: () => void } | undefined
}

const STEP_MS = 5_000

export function PlayerControls(props: ControlsProps) {
  const { clock, durationMs, pitch } = props
  const text = usePageWords(words)
  const mark = decimalMark(useLanguage().language)
  const { playing, rate } = useSyncExternalStore(clock.subscribe, clock.snapshot)
  const time = useTimeText(clock)
  usePlayerKeys(clock, props)
  const step = (ms: number) => () => clock.seek(clock.nowMs() + ms)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: only what a pointer pressed lets go of the keys.
    // biome-ignore lint/a11y/noStaticElementInteractions: as above.
    <div className="controls" onClick={letGo}>
      <div className="controls-play">
        <Sign label={text.turnBefore} onClick={props.turnBefore} path="M6 5v14M19 5.5v13L9.5 12z" />
        <Sign
          label={text.backSome}
          onClick={step(-STEP_MS)}
          path="M12.5 5.5 6 12l6.5 6.5M19 5.5 12.5 12l6.5 6.5"
        />
        <button
          type="button"
          className="controls-main"
          aria-label={playing ? text.pause : text.play}
          title={playing ? text.pause : text.play}
          onClick={clock.toggle}
        >
          <svg viewBox="0 0 24 24" width="24" height="24" aria-hidden="true" fill="currentColor">
            <path d={playing ? 'M7 5h3.5v14H7zM13.5 5H17v14h-3.5z' : 'M8 4.5v15l12-7.5z'} />
          </svg>
        </button>
        <Sign
          label={text.onSome}
          onClick={step(STEP_MS)}
          path="M11.5 5.5 18 12l-6.5 6.5M5 5.5 11.5 12 5 18.5"
        />
        <Sign label={text.turnAfter} onClick={props.turnAfter} path="M18 5v14M5 5.5v13L14.5 12z" />
      </div>
      <p className="controls-time">
        <span ref={time} /> <span className="controls-whole">/ {clockText(durationMs)}</span>
      </p>
      <label className="controls-rate">
        <span className="unseen">{text.speed}</span>
        <select value={rate} title={text.speed} onChange={event => clock.setRate(Number(event.target.value))}>
          {playRates.map(each => (
            <option key={each} value={each}>
              {String(each).replace('.', mark)}×
            </option>
          ))}
        </select>
      </label>
      <div className="controls-view">
        <Sign
          label={text.farther}
          onClick={() => props.zoom(1 / 2)}
          path="M5 12h14"
          disabled={props.isWhole}
        />
        <Sign label={text.closer} onClick={() => props.zoom(2)} path="M5 12h14M12 5v14" />
        <Sign
          label={text.all}
          onClick={props.showAll}
          path="M3 12h18M7 8l-4 4 4 4M17 8l4 4-4 4"
          disabled={props.isWhole}
        />
        {pitch && (
          <button type="button" className="controls-pitch" aria-pressed={pitch.wanted} onClick={pitch.toggle}>
            {pitch.text}
          </button>
        )}
      </div>
    </div>
  )
}

/** Whoever pressed a button with a pointer means the player by the space bar that follows, not the button. */
function letGo({ detail, target }: MouseEvent): void {
  const button = detail > 0 && target instanceof Element ? target.closest('button') : null
  button?.blur()
}

interface SignProps {
  readonly label: string
  readonly path: string
  readonly onClick: () => void
  readonly disabled?: boolean
}

function Sign({ label, path, onClick, disabled = false }: SignProps) {
  return (
    <button
      type="button"
      className="controls-sign"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="none">
        <path d={path} stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" />
      </svg>
    </button>
  )
}

/** Those that take text, or have a use for the same keys. */
const TAKES_TEXT = 'input, textarea, select, [contenteditable]'
const PRESSED_BY_SPACE = 'button, summary, a'

function usePlayerKeys(clock: PlayerClock, steps: PlayerSteps): void {
  const { turnBefore, turnAfter, nextInterruption, zoom } = steps
  useEffect(() => {
    const actions: Readonly<Record<string, () => void>> = {
      ' ': clock.toggle,
      ArrowLeft: () => clock.seek(clock.nowMs() - STEP_MS),
      ArrowRight: () => clock.seek(clock.nowMs() + STEP_MS),
      j: turnBefore,
      k: turnAfter,
      i: nextInterruption,
      '+': () => zoom(2),
      '-': () => zoom(1 / 2),
    }
    function down(event: KeyboardEvent): void {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
      const at = event.target instanceof Element ? event.target : null
      if (at?.closest(TAKES_TEXT) || (event.key === ' ' && at?.closest(PRESSED_BY_SPACE))) return
      const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key]
      if (action === undefined) return
      event.preventDefault()
      action()
    }
    addEventListener('keydown', down)
    return () => removeEventListener('keydown', down)
  }, [clock, turnBefore, turnAfter, nextInterruption, zoom])
}
