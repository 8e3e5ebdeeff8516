/** What happened besides what was said: interruptions with their reasons, tools, warnings, lost lines. */

import { useLanguage, usePageWords } from '../i18n/language.js'
import { LEAD_MS } from './answer-panel.js'
import { happeningText, happeningWhy } from './happening-text.js'
import { clockText } from './model/clock-text.js'
import { type Happening, isInterruption } from './model/happenings.js'
import type { PlayerClock } from './player-clock.js'
import { words } from './words.js'

interface HappeningsProps {
  readonly happenings: readonly Happening[]
  readonly clock: PlayerClock
  readonly nextInterruption: () => void
}

export function HappeningsPanel({ happenings, clock, nextInterruption }: HappeningsProps) {
  const { language } = useLanguage()
  const text = usePageWords(words)
  return (
    <section className="section" aria-labelledby="happened-heading">
      <div className="happened-head">
        <h3 id="happened-heading">{text.happened}</h3>
        {happenings.some(isInterruption) && (
          <button type="button" className="button-quiet" onClick={nextInterruption}>
            {text.nextInterruption}
          </button>
        )}
      </div>
      {happenings.length === 0 && <p className="hint">{text.nothingHappened}</p>}
      <ol className="happened">
        {happenings.map((each, index) => {
          const why = happeningWhy(language, each)
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a list of the past never moves.
            <li key={index} className="happened-one" data-kind={each.kind}>
              <button
                type="button"
                className="happened-time"
                aria-label={text.from(clockText(each.atMs))}
                onClick={() => clock.seek(each.atMs - LEAD_MS)}
              >
                {clockText(each.atMs)}
              </button>
              <div>
                <p>{happeningText(text, language, each)}</p>
                {why !== '' && <p className="hint">{why}</p>}
              </div>
            </li>
          )
        })}
      </ol>
    </section>
  )
}
