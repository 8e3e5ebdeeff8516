/** Utterances as cards, the newest first; the newest is also told to a screen reader. */
import type { Messages } from '../i18n/english.js'
import { useMessages } from '../i18n/language.js'
import { clockText } from './axis.js'
import type { Side, SpokenUtterance } from './prosody-view.js'
import { nameOf } from './readout-line.js'

interface UtterancesProps {
  readonly utterances: readonly SpokenUtterance[]
  readonly sides: readonly Side[]
}

const SHOWN = 24

export function Utterances({ utterances, sides }: UtterancesProps) {
  const words = useMessages().prosody
  const newest = utterances.at(-1)
  return (
    <>
      <p className="unseen" role="status">
        {newest && words.spoke(nameOf(newest.side, sides, words), sentence(newest, words))}
      </p>
      {newest === undefined ? (
        <p className="hint">{words.none}</p>
      ) : (
        <ol className="prosody-cards" reversed>
          {utterances
            .slice(-SHOWN)
            .map(each => (
              <li key={each.number} className="prosody-card" data-side={each.side}>
                <Card spoken={each} who={nameOf(each.side, sides, words)} />
              </li>
            ))
            .reverse()}
        </ol>
      )}
    </>
  )
}

function Card({ spoken, who }: { readonly spoken: SpokenUtterance; readonly who: string }) {
  const words = useMessages().prosody
  const { utterance, fromMs, untilMs } = spoken
  const { pitch, loudness, syllableRate, arousal, emotion, pauses, pauseMs } = utterance
  return (
    <>
      <p className="prosody-card-head">
        <strong>{who}</strong> <span>{clockText(Math.max(0, fromMs), 1)}</span>
        <span>{((untilMs - fromMs) / 1000).toFixed(1)} s</span>
      </p>
      <p className="prosody-card-pitch">
        {pitch ? `${pitch.medianHz.toFixed(0)} Hz` : '–'} {pitch && <span>{words.finals[pitch.final]}</span>}
      </p>
      <dl>
        <Figure name={words.columns.range} value={pitch && `${pitch.rangeSemitones.toFixed(1)} st`} />
        <Figure name={words.columns.loudness} value={`${loudness.toFixed(0).replace('-', '−')} LUFS`} />
        <Figure name={words.columns.rate} value={syllableRate > 0 ? syllableRate.toFixed(1) : undefined} />
        {pauses > 0 && (
          <Figure name={words.columns.pauses} value={`${pauses} · ${(pauseMs / 1000).toFixed(1)} s`} />
        )}
        <Figure name={words.columns.mood} value={words.emotions[emotion]} />
      </dl>
      <span className="prosody-arousal" aria-hidden="true">
        <span style={{ width: `${Math.round(100 * arousal)}%` }} />
      </span>
    </>
  )
}

function Figure({ name, value }: { readonly name: string; readonly value: string | undefined }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value ?? '–'}</dd>
    </div>
  )
}

function sentence({ utterance }: SpokenUtterance, words: Messages['prosody']): string {
  const { pitch, loudness, emotion } = utterance
  const parts = [
    ...(pitch ? [`${pitch.medianHz.toFixed(0)} Hz`, words.finals[pitch.final].slice(2)] : []),
    `${loudness.toFixed(0)} LUFS`,
    words.emotions[emotion],
  ]
  return parts.join(', ')
}
