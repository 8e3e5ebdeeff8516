/** The keys of the tenant, with the way to take one back. */
import { useState } from 'react'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { Chip } from '../ui/chip.js'
import { type Column, DataTable } from '../ui/data-table.js'
import { Empty } from '../ui/empty.js'
import { type AccessWords, words as table } from './words.js'

export interface KeyRow {
  readonly id: string
  readonly name: string
  readonly scopes: readonly string[]
  readonly createdBy: string
  /** Milliseconds since 1970, as all moments here. */
  readonly createdAtMs: number
  readonly expiresAtMs?: number
  readonly lastUsedAtMs?: number
  readonly state: 'in-force' | 'expired' | 'revoked'
}

interface KeyListProps {
  readonly keys: readonly KeyRow[]
  readonly revoke: (id: string) => void
}

export function KeyList({ keys, revoke }: KeyListProps) {
  const words = usePageWords(table)
  const { language } = useLanguage()
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  if (keys.length === 0) {
    return (
      <Empty title={words.empty}>
        <p>{words.emptyHint}</p>
      </Empty>
    )
  }
  const columns: readonly Column<KeyRow>[] = [
    {
      name: words.name,
      cell: ({ name, id }) => (
        <>
          {name} <code>parley_{id}_…</code>
        </>
      ),
    },
    { name: words.may, cell: ({ scopes }) => <span className="hint">{scopes.join(' · ')}</span> },
    { name: words.made, cell: ({ createdAtMs, createdBy }) => `${day.format(createdAtMs)}, ${createdBy}` },
    {
      name: words.used,
      cell: ({ lastUsedAtMs }) => (lastUsedAtMs === undefined ? words.never : moment.format(lastUsedAtMs)),
    },
    {
      name: words.ends,
      cell: ({ expiresAtMs }) => (expiresAtMs === undefined ? words.never : moment.format(expiresAtMs)),
    },
    {
      name: words.state,
      cell: ({ state }) => <Chip tone={state === 'in-force' ? 'good' : 'plain'} text={words.states[state]} />,
    },
    {
      name: words.actions,
      cell: ({ id, name, state }) =>
        state === 'in-force' && <Revoke words={words} name={name} revoke={() => revoke(id)} />,
    },
  ]
  return <DataTable caption={words.list} columns={columns} rows={keys} keyOf={({ id }) => id} />
}

interface RevokeProps {
  readonly words: AccessWords
  readonly name: string
  readonly revoke: () => void
}

/** Asks once more: what the key let in is locked out at once. */
function Revoke({ words, name, revoke }: RevokeProps) {
  const [asking, setAsking] = useState(false)
  if (!asking) {
    return (
      <button
        type="button"
        className="button-quiet"
        aria-label={words.revokeNamed(name)}
        onClick={() => setAsking(true)}
      >
        {words.revoke}
      </button>
    )
  }
  return (
    <span className="access-sure" role="alert">
      {words.sure}
      <button type="button" className="button-quiet" onClick={revoke}>
        {words.revoke}
      </button>
      <button type="button" className="button-quiet" onClick={() => setAsking(false)}>
        {words.keep}
      </button>
    </span>
  )
}
