/** Somebody else saved meanwhile: nothing is overwritten before it was looked at. */
import { useState } from 'react'
import { usePageWords } from '../i18n/language.js'
import { DiffView } from './diff-view.js'
import type { AgentWork, EditConflict } from './use-agent-work.js'
import { words as table } from './words.js'

interface ConflictProps {
  readonly conflict: EditConflict
  readonly mine: string
  readonly work: AgentWork
}

export function Conflict({ conflict, mine, work }: ConflictProps) {
  const words = usePageWords(table)
  const [shown, setShown] = useState(false)
  return (
    <div className="agent-conflict" role="alert">
      <p>{conflict.message}</p>
      <div className="agent-version-acts">
        <button type="button" className="button" aria-expanded={shown} onClick={() => setShown(!shown)}>
          {words.editor.conflictTheirs}
        </button>
        <button type="button" className="button" onClick={work.takeTheirs}>
          {words.editor.conflictLoad}
        </button>
        <button type="button" className="button" onClick={work.keepMine}>
          {words.editor.conflictMine}
        </button>
      </div>
      {shown && (
        <DiffView
          title={words.versions.diff(words.versions.name(conflict.version), words.editor.mine)}
          older={conflict.yaml}
          newer={mine}
          close={() => setShown(false)}
        />
      )}
    </div>
  )
}
