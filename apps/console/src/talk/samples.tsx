/** Recordings of a human voice to play in place of the microphone. */
import { useMessages } from '../i18n/language.js'
import type { ConsoleSession } from '../session/console-session.js'
import { samples } from '../session/samples.js'
import type { SteadyState } from '../session/steady.js'

interface SamplesProps {
  readonly state: SteadyState
  readonly session: ConsoleSession
}

export function Samples({ state, session }: SamplesProps) {
  const words = useMessages().samples
  return (
    <section className="section" aria-labelledby="samples-heading">
      <h2 id="samples-heading">{words.heading}</h2>
      <p className="hint">{words.hint}</p>
      <ul className="samples">
        {samples.map(sample => {
          const title = words[sample.id]
          const playing = state.sample === sample.id
          const length = playing ? words.playing : words.seconds(sample.seconds)
          return (
            <li key={sample.id}>
              <button
                type="button"
                className="sample"
                aria-label={`${playing ? words.stop(title) : words.play(title)}, ${length}`}
                aria-current={playing}
                onClick={() => session.toggleSample(sample)}
              >
                <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                  <path d={playing ? 'M3.5 3.5h9v9h-9Z' : 'M4 2.5v11l9-5.5Z'} fill="currentColor" />
                </svg>
                <span>{title}</span>
                <span className="sample-length" aria-hidden="true">
                  {length}
                </span>
              </button>
            </li>
          )
        })}
      </ul>
      <p className="hint">{words.attribution}</p>
    </section>
  )
}
