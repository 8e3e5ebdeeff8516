/** The present in figures. */
import type { ProsodySnapshot } from '@parley/react'
import { useMessages } from '../i18n/language.js'
import { signed, useFixed } from '../ui/fixed.js'

const SILENCE = -70

export function Figures({ snapshot }: { readonly snapshot: ProsodySnapshot }) {
  const { prosody: words } = useMessages()
  const fixed = useFixed()
  const { pitchHz, semitones, loudness, syllableRate, voicing, arousal, emotion, speaking } = snapshot
  const names = words.figures
  const voiced = pitchHz > 0
  return (
    <dl className="prosody-figures">
      <div>
        <dt>{names.pitch}</dt>
        <dd>{voiced ? `${fixed(pitchHz, 0)} Hz` : '–'}</dd>
        <dd className="hint">{voiced ? words.semitones(signed(fixed(semitones, 1))) : ' '}</dd>
      </div>
      <div>
        <dt>{names.loudness}</dt>
        <dd>{loudness > SILENCE ? `${fixed(loudness, 0)} LUFS` : '–'}</dd>
        <dd>
          <meter min={-60} max={-6} value={Math.max(-60, loudness)} aria-label={names.loudness} />
        </dd>
      </div>
      <div>
        <dt>{names.rate}</dt>
        <dd>{syllableRate > 0 ? fixed(syllableRate, 1) : '–'}</dd>
      </div>
      <div>
        <dt>{names.voicing}</dt>
        <dd>{speaking || voiced ? `${Math.round(100 * voicing)} %` : '–'}</dd>
      </div>
      <div>
        <dt>{names.arousal}</dt>
        <dd>{speaking ? fixed(arousal, 2) : '–'}</dd>
        <dd className="hint">{speaking ? words.emotions[emotion] : ' '}</dd>
      </div>
    </dl>
  )
}
