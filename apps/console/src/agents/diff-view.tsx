/** What changed between two texts, with signs for those who see no colours. */
import { usePageWords } from '../i18n/language.js'
import { diffLines, folded } from './line-diff.js'
import { words as table } from './words.js'

interface DiffViewProps {
  readonly title: string
  readonly older: string
  readonly newer: string
  readonly close: () => void
}

const signs = { same: ' ', added: '+', removed: '−' } as const

export function DiffView({ title, older, newer, close }: DiffViewProps) {
  const words = usePageWords(table).versions
  const lines = folded(diffLines(older, newer))
  const changed = older !== newer
  return (
    <section className="agent-diff" aria-label={title}>
      <div className="agent-diff-head">
        <h4>{title}</h4>
        <button type="button" className="button-quiet" onClick={close}>
          {words.close}
        </button>
      </div>
      {!changed && <p className="hint">{words.same}</p>}
      {changed && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
        <ol className="agent-diff-lines" tabIndex={0} aria-label={title}>
          {lines.map((line, at) =>
            line.kind === 'fold' ? (
              // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name, and the list is made anew.
              <li key={at} data-kind="fold">
                {words.fold(line.count)}
              </li>
            ) : (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above.
              <li key={at} data-kind={line.kind}>
                <span className="agent-diff-number" aria-hidden="true">
                  {line.after ?? line.before}
                </span>
                <span aria-hidden="true">{signs[line.kind]}</span>
                {line.kind !== 'same' && <span className="unseen">{words[line.kind]}: </span>}
                <code>{line.text}</code>
              </li>
            ),
          )}
        </ol>
      )}
    </section>
  )
}
