/** Has somebody called: the same press twice, or one whose answer was lost, makes one call. */
import { type FormEvent, useState } from 'react'
import { usePageWords } from '../i18n/language.js'
import { pathTo } from '../route.js'
import type { ConsoleSession } from '../session/console-session.js'
import { type Sent, send } from '../ui/send.js'
import type { CallRow } from './call-types.js'
import { words as table } from './words.js'

interface NewCallProps {
  readonly session: ConsoleSession
  readonly made: () => void
  /** Who is called, where that is known; then nobody is asked for a number. */
  readonly lead?: string
}

const newKey = (): string => crypto.randomUUID()

export function NewCall({ session, made, lead }: NewCallProps) {
  const words = usePageWords(table)
  const [to, setTo] = useState('')
  const [agent, setAgent] = useState('')
  const [key, setKey] = useState(newKey)
  const [busy, setBusy] = useState(false)
  const [sent, setSent] = useState<Sent<CallRow>>()

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    setBusy(true)
    const body = {
      key,
      ...(lead === undefined ? { to } : { lead }),
      ...(agent.trim() === '' ? {} : { agent: agent.trim() }),
    }
    const answer = await send<CallRow>({ method: 'POST', path: '/api/calls', token: session.token(), body })
    setBusy(false)
    setSent(answer)
    // What was refused was not made; where no answer came it may have been, and the same key finds it.
    if (answer.ok || answer.code !== 'unreachable') setKey(newKey())
    if (!answer.ok) return
    setTo('')
    made()
  }

  return (
    <form className="calls-new" aria-label={words.newCall} onSubmit={event => void submit(event)}>
      <div className="form-row">
        {lead === undefined && (
          <label className="field">
            {words.to}
            <input
              required
              type="tel"
              autoComplete="off"
              maxLength={50}
              placeholder={words.toHint}
              value={to}
              onChange={event => setTo(event.target.value)}
            />
          </label>
        )}
        <label className="field">
          {words.agent}
          <input
            autoComplete="off"
            maxLength={100}
            placeholder={words.anyAgent}
            value={agent}
            onChange={event => setAgent(event.target.value)}
          />
        </label>
        <button type="submit" className="button button-main" disabled={busy}>
          {busy ? words.calling : words.call}
        </button>
      </div>
      {sent?.ok && (
        <p role="status">
          {words.made} <a href={pathTo('calls', sent.value.id)}>{words.openIt}</a>
        </p>
      )}
      {sent?.ok === false && <p role="alert">{words.refused(sent.message)}</p>}
    </form>
  )
}
