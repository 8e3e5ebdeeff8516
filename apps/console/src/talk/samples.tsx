/** Recordings of a human voice to play in place of the microphone. */
import { useMessages } from '../i18n/language.js'
import type { ConsoleSession } from '../session/console-session.js'
import type { ConsoleState } from '../session/console-state.js'
import { samples } from '../session/samples.js'

interface SamplesProps {
  readonly state: ConsoleState
  readonly session: ConsoleSession
}

export function Samples({ state, session }: SamplesProps) {
  const words = useMessages().samples
  return (
    <section className="section" aria-labelledby="samples-heading">
      <h2 id="samples-heading">{words.heading}</h2>
      <p className="hint">{words.hint}</p>
      <ul className="samples">
        {samples.map(sample => (
          <li key={sample.id}>
            <button
              type="button"
              className="sample"
              aria-label={words.play(words[sample.id])}
              aria-current={state.sample === sample.id}
              onClick={() => session.playSample(sample)}
            >
              <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                <path d="M4 2.5v11l9-5.5Z" fill="currentColor" />
              </svg>
              <span>{words[sample.id]}</span>
              <span className="sample-length">
                {state.sample === sample.id ? words.playing : words.seconds(sample.seconds)}
              </span>
            </button>
          </li>
        ))}
      </ul>
      <p className="hint">{words.attribution}</p>
    </section>
  )
}
