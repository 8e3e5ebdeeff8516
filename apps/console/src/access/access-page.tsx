/** Who is let in, and what the tenant wants: its keys and its policy. */
import { useState } from 'react'
import { NotHere } from '../history/history.js'
import { usePageWords } from '../i18n/language.js'
import type { PageProps } from '../pages/pages.js'
import { PageFrame } from '../ui/page-frame.js'
import { send } from '../ui/send.js'
import { useKept } from '../ui/use-kept.js'
import { KeyList, type KeyRow } from './key-list.js'
import { NewKey } from './new-key.js'
import { PolicyForm } from './policy-form.js'
import { words as table } from './words.js'
import './access.css'

export function AccessPage({ session }: PageProps) {
  const words = usePageWords(table)
  const token = session.token()
  const { value, loaded, reload } = useKept<{ readonly keys: readonly KeyRow[] }>('/api/keys', token)
  const [problem, setProblem] = useState<string>()

  async function revoke(id: string): Promise<void> {
    const sent = await send({ method: 'DELETE', path: `/api/keys/${encodeURIComponent(id)}`, token })
    setProblem(sent.ok ? undefined : words.refused(sent.message))
    reload()
  }

  return (
    <PageFrame title={words.heading} lead={words.lead}>
      {loaded.kind !== 'here' && <NotHere loaded={loaded} session={session} retry={reload} scope="admin" />}
      {problem && <p role="alert">{problem}</p>}
      {value && (
        <>
          <h3>{words.keys}</h3>
          <KeyList keys={value.keys} revoke={id => void revoke(id)} />
          <NewKey token={token} made={reload} />
          <PolicyForm token={token} />
        </>
      )}
    </PageFrame>
  )
}
