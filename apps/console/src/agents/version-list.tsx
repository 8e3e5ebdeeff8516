/** The versions of an agent, the newest first: to compare, to load, to put in force again. */
import { useState } from 'react'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { Chip } from '../ui/chip.js'
import { type AgentDetail, type AgentVersion, agentPath } from './agent-types.js'
import { DiffView } from './diff-view.js'
import { words as table } from './words.js'

interface VersionListProps {
  readonly detail: AgentDetail
  /** What is in the editor. */
  readonly yaml: string
  readonly busy: boolean
  /** The text of a version; undefined where it could not be had, which was told. */
  readonly textOf: (path: string) => Promise<string | undefined>
  readonly load: (yaml: string) => void
  readonly publish: (version: number) => void
  readonly withdraw: () => void
  readonly remove: () => void
}

interface Comparison {
  readonly name: string
  readonly yaml: string
}

export function VersionList(props: VersionListProps) {
  const { detail, yaml, busy, textOf, load, publish, withdraw, remove } = props
  const words = usePageWords(table).versions
  const { language } = useLanguage()
  const [against, setAgainst] = useState<Comparison>()
  const when = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const { versions, published, ownYaml, name } = detail

  async function withText(version: number, use: (text: string) => void): Promise<void> {
    const text = await textOf(agentPath(name, `/versions/${version}`))
    if (text !== undefined) use(text)
  }
  const compare = ({ version }: AgentVersion) =>
    withText(version, text => setAgainst({ name: words.name(version), yaml: text }))

  return (
    <section className="agent-versions" aria-labelledby="agent-versions-heading">
      <h3 id="agent-versions-heading">{words.heading}</h3>
      {against && (
        <DiffView
          title={words.diff(against.name, words.editor)}
          older={against.yaml}
          newer={yaml}
          close={() => setAgainst(undefined)}
        />
      )}
      {versions.length === 0 && <p className="hint">{words.none}</p>}
      <ol>
        {versions.map(each => {
          const { version, note, savedBy, savedAtMs } = each
          const inForce = version === published
          return (
            <li key={version} className="agent-version">
              <div className="agent-version-what">
                <strong>{words.name(version)}</strong>
                {inForce && <Chip tone="good" text={words.inForce} />}
                {each.language === undefined && <Chip tone="bad" text={words.bad} />}
                <span className="hint">{words.by(savedBy, when.format(savedAtMs))}</span>
                {note !== undefined && <span className="agent-version-note">{note}</span>}
              </div>
              <div className="agent-version-acts">
                <button
                  type="button"
                  className="button-quiet"
                  aria-label={words.about(words.compare, version)}
                  onClick={() => void compare(each)}
                >
                  {words.compare}
                </button>
                <button
                  type="button"
                  className="button-quiet"
                  aria-label={words.about(words.load, version)}
                  onClick={() => void withText(version, load)}
                >
                  {words.load}
                </button>
                {inForce ? (
                  <button
                    type="button"
                    className="button-quiet"
                    disabled={busy}
                    title={words.withdrawHint}
                    onClick={withdraw}
                  >
                    {words.withdraw}
                  </button>
                ) : (
                  each.language !== undefined && (
                    <button
                      type="button"
                      className="button-quiet"
                      disabled={busy}
                      aria-label={words.about(words.rollBack, version)}
                      onClick={() => publish(version)}
                    >
                      {words.rollBack}
                    </button>
                  )
                )}
              </div>
            </li>
          )
        })}
        {ownYaml !== undefined && (
          <li className="agent-version">
            <div className="agent-version-what">
              <strong>{words.file}</strong>
              {detail.inForce === 'file' && <Chip tone="good" text={words.inForce} />}
            </div>
            <div className="agent-version-acts">
              <button
                type="button"
                className="button-quiet"
                aria-label={`${words.compare}: ${words.file}`}
                onClick={() => setAgainst({ name: words.file, yaml: ownYaml })}
              >
                {words.compare}
              </button>
              <button type="button" className="button-quiet" onClick={() => load(ownYaml)}>
                {words.loadFile}
              </button>
            </div>
          </li>
        )}
      </ol>
      {versions.length > 0 && published === undefined && (
        <button type="button" className="button-quiet agent-remove" disabled={busy} onClick={remove}>
          {words.remove}
        </button>
      )}
    </section>
  )
}
