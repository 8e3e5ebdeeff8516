/** Where the time of the answer under the playhead went. */

import { useCallback, useMemo } from 'react'
import { useMessages, usePageWords } from '../i18n/language.js'
import { useFormatMs } from '../latency/format-ms.js'
import { LedgerView } from '../latency/latency.js'
import { answersOf, slowestAnswer } from './model/happenings.js'
import { answerAt } from './model/place.js'
import { isAgent, type Line } from './model/playback.js'
import type { PlayerClock } from './player-clock.js'
import { useMoment } from './use-moment.js'
import { words } from './words.js'

/** This much is heard before a moment that is jumped to, ms. */
export const LEAD_MS = 600

export function AnswerPanel({
  lines,
  clock,
}: {
  readonly lines: readonly Line[]
  readonly clock: PlayerClock
}) {
  const text = usePageWords(words)
  const { latency } = useMessages()
  const formatMs = useFormatMs()
  const answers = useMemo(() => answersOf(lines.filter(isAgent)), [lines])
  const of = useCallback((atMs: number) => answerAt(answers, atMs), [answers])
  const answer = useMoment(clock, of)
  const slowest = useMemo(() => slowestAnswer(answers), [answers])
  return (
    <section className="section latency" aria-labelledby="answer-heading">
      <h3 id="answer-heading">{latency.heading}</h3>
      {answer?.ledger === undefined ? (
        <p className="hint">{text.noAnswers}</p>
      ) : (
        <>
          <div className="latency-total">
            <strong>{formatMs(answer.ledger.totalMs)}</strong>
            <span className="hint">{text.answer(answers.indexOf(answer) + 1, answers.length)}</span>
            {slowest && answers.length > 1 && (
              <button
                type="button"
                className="button-quiet"
                onClick={() => clock.seek(slowest.startMs - (slowest.ledger?.totalMs ?? 0) - LEAD_MS)}
              >
                {text.slowest}
              </button>
            )}
            <p className="hint">
              {text.waitedFrom}, {answer.ledger.heardSource === 'reported' ? text.reported : text.reckoned}
            </p>
          </div>
          <LedgerView ledger={answer.ledger} />
        </>
      )}
    </section>
  )
}
