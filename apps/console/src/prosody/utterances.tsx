/** Utterances as cards, the newest first; the newest is also told to a screen reader. */
import type { Messages } from '../i18n/english.js'
import { useLanguage, useMessages } from '../i18n/language.js'
import { decimalMark, type Fixed, useFixed } from '../ui/fixed.js'
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
  const fixed = useFixed()
  const newest = utterances.at(-1)
  return (
    <>
      <p className="unseen" role="status">
        {newest && words.spoke(nameOf(newest.side, sides, words), sentence(newest, words, fixed))}
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
  const { messages, language } = useLanguage()
  const words = messages.prosody
  const fixed = useFixed()
  const { utterance, fromMs, untilMs } = spoken
  const { pitch, loudness, syllableRate, arousal, emotion, pauses, pauseMs } = utterance
  return (
    <>
      <p className="prosody-card-head">
        <strong>{who}</strong> <span>{clockText(Math.max(0, fromMs), 1, decimalMark(language))}</span>
        <span>{fixed((untilMs - fromMs) / 1000, 1)} s</span>
      </p>
      <p className="prosody-card-pitch">
        {pitch ? `${fixed(pitch.medianHz, 0)} Hz` : '–'} {pitch && <span>{words.finals[pitch.final]}</span>}
      </p>
      <dl>
        <Figure name={words.columns.range} value={pitch && `${fixed(pitch.rangeSemitones, 1)} st`} />
        <Figure name={words.columns.loudness} value={`${fixed(loudness, 0)} LUFS`} />
        <Figure name={words.columns.rate} value={syllableRate > 0 ? fixed(syllableRate, 1) : undefined} />
        {pauses > 0 && (
          <Figure name={words.columns.pauses} value={`${pauses} · ${fixed(pauseMs / 1000, 1)} s`} />
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

function sentence({ utterance }: SpokenUtterance, words: Messages['prosody'], fixed: Fixed): string {
  const { pitch, loudness, emotion } = utterance
  const parts = [
    ...(pitch ? [`${fixed(pitch.medianHz, 0)} Hz`, words.finals[pitch.final].slice(2)] : []),
    `${fixed(loudness, 0)} LUFS`,
    words.emotions[emotion],
  ]
  return parts.join(', ')
}
