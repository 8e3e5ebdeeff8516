/** Makes a lead, or changes one. What is typed stays until the gateway has taken it. */
import { type FormEvent, useState } from 'react'
import { usePageWords } from '../i18n/language.js'
import { send } from '../ui/send.js'
import type { LeadRow } from './lead-types.js'
import { words as table } from './words.js'

interface LeadFormProps {
  readonly token: string
  /** The one to change; absent for a new one. */
  readonly lead?: LeadRow
  readonly saved: (lead: LeadRow) => void
  readonly cancel?: () => void
}

export function LeadForm({ token, lead, saved, cancel }: LeadFormProps) {
  const words = usePageWords(table)
  const [phone, setPhone] = useState(lead?.phone ?? '')
  const [name, setName] = useState(lead?.name ?? '')
  const [status, setStatus] = useState(lead?.status ?? '')
  const [timeZone, setTimeZone] = useState(lead?.timeZone ?? '')
  const [fields, setFields] = useState(lead === undefined ? '' : JSON.stringify(lead.fields, undefined, 2))
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    const read = readFields(fields)
    if (read === 'bad') return setProblem(words.badFields)
    setBusy(true)
    const body = {
      phone,
      ...given({ name, status, timeZone }),
      ...(read === undefined ? {} : { fields: read }),
    }
    const sent = await send<LeadRow>({
      method: lead === undefined ? 'POST' : 'PUT',
      path: lead === undefined ? '/api/leads' : `/api/leads/${encodeURIComponent(lead.id)}`,
      token,
      body,
    })
    setBusy(false)
    setProblem(sent.ok ? undefined : words.refused(sent.message))
    if (!sent.ok) return
    if (lead === undefined)
      for (const clear of [setPhone, setName, setStatus, setTimeZone, setFields]) clear('')
    saved(sent.value)
  }

  return (
    <form
      className="leads-form"
      aria-label={lead ? words.edit : words.newLead}
      onSubmit={event => void submit(event)}
    >
      <div className="form-row">
        <Field label={words.name} value={name} set={setName} most={200} />
        <Field label={words.phone} value={phone} set={setPhone} most={50} type="tel" required />
        <Field label={words.status} value={status} set={setStatus} most={200} hint="new" />
        <Field
          label={words.timeZone}
          value={timeZone}
          set={setTimeZone}
          most={60}
          hint={words.timeZoneHint}
        />
      </div>
      <label className="field">
        {words.fields}
        <textarea
          rows={3}
          spellCheck={false}
          placeholder='{"city": "Madrid"}'
          value={fields}
          onChange={event => setFields(event.target.value)}
        />
      </label>
      <div className="form-row">
        <button type="submit" className="button button-main" disabled={busy}>
          {busy ? words.saving : lead === undefined ? words.add : words.save}
        </button>
        {cancel && (
          <button type="button" className="button" onClick={cancel}>
            {words.cancel}
          </button>
        )}
      </div>
      {problem && <p role="alert">{problem}</p>}
    </form>
  )
}

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly set: (value: string) => void
  /** Characters. */
  readonly most: number
  readonly type?: 'tel'
  readonly hint?: string
  readonly required?: true
}

function Field({ label, value, set, most, hint, type = undefined, required }: FieldProps) {
  return (
    <label className="field">
      {label}
      <input
        autoComplete="off"
        type={type ?? 'text'}
        required={required ?? false}
        maxLength={most}
        placeholder={hint}
        value={value}
        onChange={event => set(event.target.value)}
      />
    </label>
  )
}

/** What was typed into; an empty field is left as it is. */
function given(fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value.trim() !== ''))
}

function readFields(text: string): Readonly<Record<string, unknown>> | undefined | 'bad' {
  if (text.trim() === '') return undefined
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'bad'
    return value as Readonly<Record<string, unknown>>
  } catch {
    return 'bad'
  }
}
