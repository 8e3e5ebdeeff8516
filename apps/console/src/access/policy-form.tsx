/** What the tenant wants of its conversations; what is not said is as the gateway is set. */
import { type FormEvent, useState } from 'react'
import { useGateway } from '../history/use-gateway.js'
import { usePageWords } from '../i18n/language.js'
import { send } from '../ui/send.js'
import { words as table } from './words.js'

interface Policy {
  readonly recording?: { readonly mode: string; readonly retainDays?: number }
  readonly limits?: { readonly concurrentSessions?: number }
}

interface Tenant {
  readonly tenant: string
  readonly name?: string
  readonly policy: Policy
  readonly unreadable?: true
}

const modes = ['', 'never', 'consent', 'announced'] as const

export function PolicyForm({ token }: { readonly token: string }) {
  const [loaded] = useGateway<Tenant>('/api/tenant', token)
  // The page has said already why there is nothing.
  if (loaded.kind !== 'here') return null
  return <Form token={token} tenant={loaded.value} />
}

function Form({ token, tenant }: { readonly token: string; readonly tenant: Tenant }) {
  const words = usePageWords(table)
  const { recording, limits } = tenant.policy
  const [name, setName] = useState(tenant.name ?? '')
  const [mode, setMode] = useState(recording?.mode ?? '')
  const [days, setDays] = useState(textOf(recording?.retainDays))
  const [most, setMost] = useState(textOf(limits?.concurrentSessions))
  const [state, setState] = useState<'still' | 'busy' | 'saved'>('still')
  const [problem, setProblem] = useState<string>()

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    setState('busy')
    const policy: Policy = {
      ...(mode === '' ? {} : { recording: { mode, ...(days === '' ? {} : { retainDays: Number(days) }) } }),
      ...(most === '' ? {} : { limits: { concurrentSessions: Number(most) } }),
    }
    const body = { policy, ...(name.trim() === '' ? {} : { name: name.trim() }) }
    const sent = await send<Tenant>({ method: 'PUT', path: '/api/tenant', token, body })
    setState(sent.ok ? 'saved' : 'still')
    setProblem(sent.ok ? undefined : words.refused(sent.message))
  }

  return (
    <form className="access-new" onSubmit={event => void submit(event)} onChange={() => setState('still')}>
      <h3>{words.policy}</h3>
      <p className="hint">{words.policyHint}</p>
      {tenant.unreadable && <p role="alert">{words.unreadable}</p>}
      <label className="field">
        {words.tenantName}
        <input
          maxLength={100}
          autoComplete="off"
          placeholder={tenant.tenant}
          value={name}
          onChange={event => setName(event.target.value)}
        />
      </label>
      <label className="field">
        {words.recording}
        <select value={mode} onChange={event => setMode(event.target.value)}>
          {modes.map(each => (
            <option key={each} value={each}>
              {words.modes[each]}
            </option>
          ))}
        </select>
      </label>
      {mode !== '' && mode !== 'never' && (
        <Count label={words.retain} unset={words.retainHint} most={36_500} value={days} set={setDays} />
      )}
      <Count label={words.most} unset={words.mostHint} most={100_000} value={most} set={setMost} />
      <div className="form-row">
        <button type="submit" className="button button-main" disabled={state === 'busy'}>
          {state === 'busy' ? words.saving : words.save}
        </button>
        <span role="status">{state === 'saved' && words.saved}</span>
      </div>
      {problem && <p role="alert">{problem}</p>}
    </form>
  )
}

interface CountProps {
  readonly label: string
  /** What holds where nothing is written. */
  readonly unset: string
  readonly most: number
  readonly value: string
  readonly set: (value: string) => void
}

/** A whole number from 1 on, or nothing. */
function Count({ label, unset, most, value, set }: CountProps) {
  return (
    <label className="field">
      {label}
      <input
        type="number"
        min={1}
        max={most}
        placeholder={unset}
        value={value}
        onChange={event => set(event.target.value)}
      />
    </label>
  )
}

function textOf(value: number | undefined): string {
  return value === undefined ? '' : String(value)
}
