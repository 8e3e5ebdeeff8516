/** What both sides do at the moment that is pointed at, or now. */
import type { Messages } from '../i18n/english.js'
import { useMessages } from '../i18n/language.js'
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
  const messages = useMessages()
  const words = messages.prosody
  const { mark } = readout
  return (
    <p className="prosody-readout" aria-live={live ? 'off' : 'polite'}>
      <span className="prosody-time">
        {live ? words.now : words.at(clockText(Math.max(0, readout.atMs), 1))}
      </span>
      {sides.map(side => (
        <span key={side} className="prosody-side" data-side={side}>
          <strong>{nameOf(side, sides, words)}</strong> {sideText(readout[side], words)}
        </span>
      ))}
      {mark && !live && (
        <span className="prosody-mark" data-kind={mark.kind}>
          {words.marks[mark.kind]}
          {mark.unheardMs ? ` · ${words.unheard((mark.unheardMs / 1000).toFixed(1))}` : ''}
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

function sideText(said: SideReadout | undefined, words: Messages['prosody']): string {
  if (said?.loudness === undefined) return words.silent
  const loudness = `${minus(said.loudness.toFixed(0))} LUFS`
  if (said.pitchHz === undefined) return loudness
  const semitones =
    said.semitones === undefined ? '' : ` (${words.semitones(signed(said.semitones.toFixed(1)))})`
  return `${said.pitchHz.toFixed(0)} Hz${semitones} · ${loudness} · ${words.emotions[said.emotion]}`
}

function reasonsText(
  reasons: NonNullable<NonNullable<Readout['mark']>['reasons']>,
  { overlap }: Messages,
): string {
  return reasons.map(reason => overlap.reason(overlap.reasons[reason.kind] ?? reason.kind, reason)).join(', ')
}

function signed(figure: string): string {
  return figure.startsWith('-') ? minus(figure) : `+${figure}`
}

function minus(figure: string): string {
  return figure.replace('-', '−')
}
