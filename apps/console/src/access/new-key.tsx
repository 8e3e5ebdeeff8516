/** A form for a new key, and the one sight of its token. */
import { type FormEvent, useState } from 'react'
import { usePageWords } from '../i18n/language.js'
import { CopyButton } from '../ui/copy-button.js'
import { send } from '../ui/send.js'
import type { KeyRow } from './key-list.js'
import { words as table } from './words.js'

const lifetimesS = { none: undefined, hour: 3_600, day: 86_400, month: 2_592_000, year: 31_536_000 } as const
type Lifetime = keyof typeof lifetimesS

interface NewKeyProps {
  readonly token: string
  readonly made: () => void
}

export function NewKey({ token, made }: NewKeyProps) {
  const words = usePageWords(table)
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<readonly string[]>(['talk'])
  const [lifetime, setLifetime] = useState<Lifetime>('none')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string>()
  const [key, setKey] = useState<KeyRow & { readonly token: string }>()

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (scopes.length === 0) return setProblem(words.needsScope)
    setBusy(true)
    const body = { name, scopes, expiresInS: lifetimesS[lifetime] }
    const sent = await send<KeyRow & { token: string }>({ method: 'POST', path: '/api/keys', token, body })
    setBusy(false)
    if (!sent.ok) return setProblem(words.refused(sent.message))
    setProblem(undefined)
    setKey(sent.value)
    setName('')
    made()
  }

  if (key !== undefined) {
    return (
      <section className="access-made" role="status">
        <h3>{words.madeTitle(key.name)}</h3>
        <p>{words.madeHint}</p>
        <p className="access-token">
          <code>{key.token}</code>
        </p>
        <div className="form-row">
          <CopyButton text={key.token} label={words.copy} done={words.copied} />
          <button type="button" className="button" onClick={() => setKey(undefined)}>
            {words.done}
          </button>
        </div>
      </section>
    )
  }
  return (
    <form className="access-new" onSubmit={event => void submit(event)}>
      <h3>{words.newKey}</h3>
      <label className="field">
        {words.name}
        <input
          required
          maxLength={100}
          autoComplete="off"
          placeholder={words.nameHint}
          value={name}
          onChange={event => setName(event.target.value)}
        />
      </label>
      <fieldset className="access-scopes">
        <legend>{words.scopes}</legend>
        {Object.entries(words.scope).map(([scope, text]) => (
          <label key={scope}>
            <input
              type="checkbox"
              checked={scopes.includes(scope)}
              onChange={({ target }) =>
                setScopes(target.checked ? [...scopes, scope] : scopes.filter(each => each !== scope))
              }
            />
            <span>
              {text} <code>{scope}</code>
            </span>
          </label>
        ))}
      </fieldset>
      <div className="form-row">
        <label className="field access-life">
          {words.lives}
          <select value={lifetime} onChange={event => setLifetime(event.target.value as Lifetime)}>
            {(Object.keys(lifetimesS) as Lifetime[]).map(each => (
              <option key={each} value={each}>
                {words.lifetimes[each]}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="button button-main" disabled={busy}>
          {busy ? words.making : words.make}
        </button>
      </div>
      {problem && <p role="alert">{problem}</p>}
    </form>
  )
}
