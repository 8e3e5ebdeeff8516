/** Talks to the text as it stands in the editor: by voice or typed, with what was said and how long it took. */
import { hasWords } from '@parley/client'
import { type FormEvent, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from 'react'
import { Announcements } from '../conversation/announcements.js'
import { Entries } from '../conversation/entries.js'
import { useMessages, usePageWords } from '../i18n/language.js'
import { useFormatMs } from '../latency/format-ms.js'
import { Latency } from '../latency/latency.js'
import type { ConsoleSession } from '../session/console-session.js'
import { isConnected } from '../session/console-state.js'
import { trySessionOf } from './try-session.js'
import { words as table } from './words.js'

interface TryPanelProps {
  readonly main: ConsoleSession
  readonly name: string
  readonly yaml: string
  /** Whether mistakes stand in the way. */
  readonly blocked: boolean
}

export function TryPanel({ main, name, yaml, blocked }: TryPanelProps) {
  const words = usePageWords(table).trial
  const messages = useMessages()
  const trial = trySessionOf(main)
  const { session } = trial
  const state = useSyncExternalStore(session.subscribe, session.snapshot)
  const [text, setText] = useState('')
  const [problem, setProblem] = useState<string>()
  const [busy, setBusy] = useState(false)
  const box = useRef<HTMLDivElement>(null)
  const connected = isConnected(state)
  const entries = connected || trial.yaml !== undefined ? state.conversation.entries.filter(hasWords) : []
  const { ledgers } = state.conversation
  const last = ledgers.at(-1)
  const speaking = state.speaking !== 'nothing'
  const stale = connected && trial.yaml !== yaml

  // Whoever leaves the page has ended the trial.
  const formatMs = useFormatMs()
  useEffect(() => () => session.end(), [session])
  // biome-ignore lint/correctness/useExhaustiveDependencies: new words are what moves the end.
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight
  }, [entries])

  async function begin(act: () => unknown): Promise<void> {
    setBusy(true)
    setProblem(undefined)
    const found = await trial.turnTo(name, yaml)
    setBusy(false)
    if (found === undefined) await act()
    else setProblem(found)
  }

  function say(event: FormEvent): void {
    event.preventDefault()
    const said = text.trim()
    if (said === '') return
    setText('')
    void begin(async () => {
      if (!(await session.sendText(said))) setText(now => (now === '' ? said : now))
    })
  }

  const fault = problem ?? state.problem?.message
  return (
    <section className="agent-try" aria-labelledby="agent-try-heading">
      <div className="agent-try-head">
        <h3 id="agent-try-heading">{words.heading}</h3>
        <span className="hint" role="status">
          {busy ? messages.connection.connecting : connected ? words.floors[state.conversation.floor] : ''}
        </span>
      </div>
      <div className="agent-try-buttons">
        <button
          type="button"
          className="button"
          aria-pressed={speaking}
          disabled={(blocked || busy) && !speaking}
          onClick={() => (speaking ? session.toggleTalk() : void begin(session.toggleTalk))}
        >
          {speaking ? words.stop : words.talk}
        </button>
        <button
          type="button"
          className="button"
          disabled={state.connection !== 'ready'}
          onClick={session.interrupt}
        >
          {words.interrupt}
        </button>
        <button type="button" className="button" disabled={!connected} onClick={session.end}>
          {words.end}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard. */}
      <section className="agent-try-words" ref={box} tabIndex={0} aria-label={words.said}>
        {entries.length === 0 ? (
          <p className="hint">{blocked ? words.blocked : words.empty}</p>
        ) : (
          <Entries entries={entries} />
        )}
      </section>
      <Announcements entries={entries} />
      {stale && <p className="hint agent-try-stale">{words.stale}</p>}
      {fault && (
        <p className="agent-fault" role="alert">
          {fault}
        </p>
      )}
      <form className="composer" onSubmit={say}>
        <label className="unseen" htmlFor="agent-try-text">
          {words.type}
        </label>
        <input
          id="agent-try-text"
          type="text"
          autoComplete="off"
          enterKeyHint="send"
          maxLength={4000}
          placeholder={words.placeholder}
          value={text}
          onChange={event => setText(event.target.value)}
        />
        <button type="submit" className="button button-main" disabled={blocked || busy || text.trim() === ''}>
          {words.send}
        </button>
      </form>
      {last !== undefined && (
        <details className="agent-try-latency">
          <summary>{words.took(formatMs(last.ledger.totalMs))}</summary>
          <Latency ledgers={ledgers} />
        </details>
      )}
    </section>
  )
}
