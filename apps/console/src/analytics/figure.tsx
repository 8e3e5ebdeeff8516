/** One figure: what it is, what it stands on, the picture, and the same as a table and as a file. */
import { type ReactNode, useId, useState } from 'react'
import { usePageWords } from '../i18n/language.js'
import { saveFile } from '../prosody/save-file.js'
import { words as table } from './words.js'

interface FigureProps {
  readonly title: string
  readonly note?: string | undefined
  /** Name of the gateway's table with these figures. */
  readonly csv?: string
  readonly save: (csv: string) => Promise<Blob>
  /** What the picture shows, for whoever cannot see it. */
  readonly asTable?: ReactNode
  readonly wide?: boolean
  readonly children: ReactNode
}

export function Figure({ title, note, csv, save, asTable, wide = false, children }: FigureProps) {
  const words = usePageWords(table)
  const heading = useId()
  const [problem, setProblem] = useState('')

  async function keep(name: string): Promise<void> {
    setProblem('')
    try {
      saveFile(`parley-${name}.csv`, await save(name))
    } catch (thrown) {
      setProblem(words.saveFailed(thrown instanceof Error ? thrown.message : String(thrown)))
    }
  }

  return (
    <section className="figure" aria-labelledby={heading} data-wide={wide}>
      <div className="figure-head">
        <h3 id={heading}>{title}</h3>
        {csv !== undefined && (
          <button
            type="button"
            className="figure-save"
            aria-label={`${words.saveTable}: ${title}`}
            onClick={() => void keep(csv)}
          >
            {words.saveTable}
          </button>
        )}
      </div>
      {note !== undefined && <p className="figure-note">{note}</p>}
      {problem !== '' && <p role="alert">{problem}</p>}
      {children}
      {asTable !== undefined && (
        <details className="figure-table">
          <summary>{words.table}</summary>
          {asTable}
        </details>
      )}
    </section>
  )
}
