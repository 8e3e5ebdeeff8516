/** The place of the editor: as large before it is loaded as after. What it holds is its own; `text` is where it begins. */
import { useEffect, useRef, useState } from 'react'
import type { AgentProblem } from '../agent-types.js'
import type { Editor } from './create-editor.js'

interface YamlEditorProps {
  /** Another one replaces what is in the editor. */
  readonly text: { readonly yaml: string }
  readonly label: string
  readonly loading: string
  readonly failed: string
  readonly problems: readonly AgentProblem[]
  /** Where the cursor is to go; another object goes there again. */
  readonly place: { readonly line: number; readonly column: number } | undefined
  readonly changed: (text: string) => void
  readonly save: () => void
}

export function YamlEditor({ text, label, problems, place, changed, save, ...words }: YamlEditorProps) {
  const host = useRef<HTMLDivElement>(null)
  const [editor, setEditor] = useState<Editor>()
  const [failed, setFailed] = useState(false)
  // What the editor calls is of the newest render.
  const latest = useRef({ changed, save, text, label })
  latest.current = { changed, save, text, label }

  useEffect(() => {
    let left = false
    let made: Editor | undefined
    import('./create-editor.js').then(
      ({ createEditor }) => {
        if (left || host.current === null) return
        made = createEditor({
          host: host.current,
          text: latest.current.text.yaml,
          label: latest.current.label,
          changed: value => latest.current.changed(value),
          save: () => latest.current.save(),
        })
        setEditor(made)
      },
      () => setFailed(true),
    )
    return () => {
      left = true
      made?.close()
      setEditor(undefined)
    }
  }, [])

  const shown = useRef(text)
  useEffect(() => {
    if (editor !== undefined && shown.current !== text) editor.setText(text.yaml)
    shown.current = text
  }, [editor, text])
  useEffect(() => editor?.setProblems(problems), [editor, problems])
  useEffect(() => {
    if (place !== undefined) editor?.goTo(place.line, place.column)
  }, [editor, place])

  return (
    <div className="agent-code" data-loaded={editor !== undefined}>
      {editor === undefined && <p className="hint">{failed ? words.failed : words.loading}</p>}
      <div className="agent-code-host" ref={host} />
    </div>
  )
}
