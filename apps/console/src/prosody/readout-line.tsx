/** What both sides do at the moment that is pointed at, or now. */
import type { Messages } from '../i18n/english.js'
import { useLanguage } from '../i18n/language.js'
import { decimalMark, type Fixed, signed, useFixed } from '../ui/fixed.js'
import { clockText } from './axis.js'
import type { Side } from './prosody-view.js'
import type { Readout, SideReadout } from './readout.js'

interface ReadoutLineProps {
  readonly readout: Readout
  readonly sides: readonly Side[]
  /** Nobody points: it is the present, which a screen reader should not read all the time. */
  readonly live: boolean
}

export function ReadoutLine({ readout, sides, live }: ReadoutLineProps) {
  const { messages, language } = useLanguage()
  const fixed = useFixed()
  const words = messages.prosody
  const { mark } = readout
  return (
    <p className="prosody-readout" aria-live={live ? 'off' : 'polite'}>
      <span className="prosody-time">
        {live ? words.now : words.at(clockText(Math.max(0, readout.atMs), 1, decimalMark(language)))}
      </span>
      {sides.map(side => (
        <span key={side} className="prosody-side" data-side={side}>
          <strong>{nameOf(side, sides, words)}</strong> {sideText(readout[side], words, fixed)}
        </span>
      ))}
      {mark && !live && (
        <span className="prosody-mark" data-kind={mark.kind}>
          {words.marks[mark.kind]}
          {mark.unheardMs ? ` · ${words.unheard(fixed(mark.unheardMs / 1000, 1))}` : ''}
          {mark.reasons && mark.reasons.length > 0 ? ` (${reasonsText(mark.reasons, messages)})` : ''}
        </span>
      )}
    </p>
  )
}

export function nameOf(side: Side, sides: readonly Side[], words: Messages['prosody']): string {
  if (sides.length === 1) return words.voice
  return side === 'user' ? words.you : words.agent
}

function sideText(said: SideReadout | undefined, words: Messages['prosody'], fixed: Fixed): string {
  if (said?.loudness === undefined) return words.silent
  const loudness = `${fixed(said.loudness, 0)} LUFS`
  if (said.pitchHz === undefined) return loudness
  const semitones =
    said.semitones === undefined ? '' : ` (${words.semitones(signed(fixed(said.semitones, 1)))})`
  return `${fixed(said.pitchHz, 0)} Hz${semitones} · ${loudness} · ${words.emotions[said.emotion]}`
}

function reasonsText(
  reasons: NonNullable<NonNullable<Readout['mark']>['reasons']>,
  { overlap }: Messages,
): string {
  return reasons.map(reason => overlap.reason(overlap.reasons[reason.kind] ?? reason.kind, reason)).join(', ')
}
