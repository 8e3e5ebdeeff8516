/**
 * The editor of YAML: CodeMirror in a shadow root of its own, since its styles come as a sheet made by script, which the
 * content security policy allows there and not as an element of the page. Loaded when an editor is first shown.
 */
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { yaml } from '@codemirror/lang-yaml'
import {
  bracketMatching,
  defaultHighlightStyle,
  foldGutter,
  foldKeymap,
  HighlightStyle,
  indentOnInput,
  syntaxHighlighting,
} from '@codemirror/language'
import { type Diagnostic, lintGutter, lintKeymap, setDiagnostics } from '@codemirror/lint'
import { EditorState, type Text } from '@codemirror/state'
import {
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  keymap,
  lineNumbers,
} from '@codemirror/view'
import type { AgentProblem } from '../agent-types.js'

export interface Editor {
  setText(text: string): void
  setProblems(problems: readonly AgentProblem[]): void
  /** Puts the cursor there, from 1, and takes the focus. */
  goTo(line: number, column: number): void
  close(): void
}

export interface EditorOptions {
  readonly host: HTMLElement
  readonly text: string
  readonly label: string
  readonly changed: (text: string) => void
  readonly save: () => void
}

export function createEditor({ host, text, label, changed, save }: EditorOptions): Editor {
  const saving = () => {
    save()
    return true
  }
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        lineNumbers(),
        foldGutter(),
        lintGutter(),
        highlightActiveLineGutter(),
        highlightActiveLine(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        yaml(),
        syntaxHighlighting(colours),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label }),
        keymap.of([
          { key: 'Mod-s', preventDefault: true, run: saving },
          ...lintKeymap,
          ...foldKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) changed(state.doc.toString())
        }),
        look,
      ],
    }),
  })
  return {
    setText(next) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next } })
    },
    setProblems(problems) {
      view.dispatch(
        setDiagnostics(
          view.state,
          problems.map(problem => diagnosticOf(problem, view.state.doc)),
        ),
      )
    },
    goTo(line, column) {
      const at = offsetOf({ line, column }, view.state.doc)
      view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: 'center' }) })
      view.focus()
    },
    close: () => view.destroy(),
  }
}

/** From its place to the end of the word or value that stands there. */
function diagnosticOf(problem: AgentProblem, doc: Text): Diagnostic {
  const { level: severity, message, hint } = problem
  const from = offsetOf(problem, doc)
  const { to: end, text, from: begin } = doc.lineAt(from)
  const [word = ''] = /^[^\s:,[\]{}]+/.exec(text.slice(from - begin)) ?? []
  const to = Math.min(end, from + Math.max(1, word.length))
  return { from, to, severity, message: hint === undefined ? message : `${message}; ${hint}` }
}

/** A text that was changed meanwhile may have fewer lines. */
function offsetOf({ line, column }: Pick<AgentProblem, 'line' | 'column'>, doc: Text): number {
  const at = doc.line(Math.max(1, Math.min(line, doc.lines)))
  return Math.min(at.to, at.from + Math.max(0, column - 1))
}

/** The tags of the usual style, in colours of the page, which has two schemes. */
const roles: Readonly<Record<string, string>> = {
  '#00c': 'var(--accent)',
  '#708': 'var(--accent)',
  '#164': 'var(--code-value)',
  '#219': 'var(--code-value)',
  '#a11': 'var(--ink)',
  '#940': 'var(--muted)',
  '#404740': 'var(--muted)',
}
const colours = HighlightStyle.define(
  defaultHighlightStyle.specs.map(({ color, ...spec }) => ({
    ...spec,
    ...(color === undefined ? {} : { color: roles[color] ?? 'var(--ink)' }),
  })),
)

const look = EditorView.theme({
  '&': { height: '100%', backgroundColor: 'var(--surface)', color: 'var(--ink)', fontSize: '14px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6' },
  '.cm-content': { padding: '8px 0', caretColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--surface)', color: 'var(--muted)', border: 'none' },
  '.cm-lineNumbers .cm-gutterElement': { minWidth: '28px' },
  '.cm-activeLine': { backgroundColor: 'var(--code-line)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--code-line)', color: 'var(--ink)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'var(--code-selection)',
  },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--accent-soft)' },
  '.cm-tooltip, .cm-panels': {
    border: '1px solid var(--line)',
    backgroundColor: 'var(--surface)',
    color: 'var(--ink)',
    fontFamily: 'var(--font)',
  },
  '.cm-diagnostic': { padding: '6px 10px', maxWidth: '36rem', whiteSpace: 'pre-wrap' },
  '.cm-diagnostic-error': { borderLeft: '4px solid var(--alarm)' },
  '.cm-diagnostic-warning': { borderLeft: '4px solid var(--control-line)' },
  '.cm-foldPlaceholder': { backgroundColor: 'var(--sunken)', border: 'none', color: 'var(--muted)' },
})
