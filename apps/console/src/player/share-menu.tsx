/** Links to the conversation for people without a token: made with an end, listed, revoked. */

import { type FormEvent, useCallback, useEffect, useId, useState } from 'react'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { pathTo } from '../route.js'
import { Menu } from './menu.js'
import type { Playback } from './model/playback.js'
import { words } from './words.js'

interface Share {
  readonly id: string
  readonly createdBy: string
  readonly expiresAtMs: number
}

interface ShareMenuProps {
  readonly playback: Playback
  readonly path: string
  readonly token: string
}

const lengths = { hour: 3_600, day: 86_400, week: 604_800 } as const
type Length = keyof typeof lengths

export function ShareMenu({ playback, path, token }: ShareMenuProps) {
  const text = usePageWords(words)
  return (
    <Menu text={text.share}>
      {playback.recording.state === 'ready' && playback.recording.call === undefined ? (
        <Shares path={path} token={token} />
      ) : (
        <p className="hint">{text.shareNeeds}</p>
      )}
    </Menu>
  )
}

type Trouble = 'forbidden' | 'failed' | undefined

function Shares({ path, token }: Omit<ShareMenuProps, 'playback'>) {
  const { language } = useLanguage()
  const text = usePageWords(words)
  const field = useId()
  const [length, setLength] = useState<Length>('day')
  const [shares, setShares] = useState<readonly Share[]>([])
  const [made, setMade] = useState<string>()
  const [trouble, setTrouble] = useState<Trouble>()
  const ends = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })

  const ask = useCallback(
    async (at: string, request: RequestInit = {}): Promise<unknown> => {
      const headers: Record<string, string> = {
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
      }
      const response = await fetch(at, { ...request, headers, cache: 'no-store' }).catch(() => undefined)
      if (response?.ok) {
        setTrouble(undefined)
        return response.status === 204 ? {} : response.json()
      }
      setTrouble(response?.status === 403 || response?.status === 401 ? 'forbidden' : 'failed')
      return undefined
    },
    [token],
  )

  const list = useCallback(async () => {
    const answer = (await ask(path)) as { readonly shares: readonly Share[] } | undefined
    if (answer !== undefined) setShares(answer.shares)
  }, [ask, path])

  useEffect(() => {
    void list()
  }, [list])

  async function make(event: FormEvent): Promise<void> {
    event.preventDefault()
    const body = JSON.stringify({ expiresInS: lengths[length] })
    const share = (await ask(path, { method: 'POST', body })) as { readonly secret: string } | undefined
    if (share === undefined) return
    setMade(`${location.origin}${location.pathname}${pathTo('shared', share.secret)}`)
    await list()
  }

  async function revoke(id: string): Promise<void> {
    await ask(`${path}/${encodeURIComponent(id)}`, { method: 'DELETE' })
    await list()
  }

  return (
    <>
      <p className="hint">{text.shareHint}</p>
      <form className="form-row" onSubmit={make}>
        <label className="field">
          {text.lasts}
          <select value={length} onChange={event => setLength(event.target.value as Length)}>
            {(Object.keys(lengths) as Length[]).map(each => (
              <option key={each} value={each}>
                {text.lasting[each]}
              </option>
            ))}
          </select>
        </label>
        <button type="submit" className="button button-main">
          {text.makeLink}
        </button>
      </form>
      {made !== undefined && (
        <div className="share-made">
          <label className="field" htmlFor={field}>
            {text.newLink}
          </label>
          <input id={field} readOnly value={made} onFocus={event => event.target.select()} />
          <CopyButton text={() => made} label={text.copyLink} />
        </div>
      )}
      <h4>{text.openLinks}</h4>
      {shares.length === 0 && <p className="hint">{text.noLinks}</p>}
      <ul className="shares">
        {shares.map(({ id, createdBy, expiresAtMs }) => (
          <li key={id}>
            <span>
              {text.until(ends.format(expiresAtMs))} <span className="hint">{createdBy}</span>
            </span>
            <button type="button" className="button-quiet" onClick={() => void revoke(id)}>
              {text.revoke}
            </button>
          </li>
        ))}
      </ul>
      <p role="status" className="share-trouble">
        {trouble === 'forbidden' && text.shareForbidden}
        {trouble === 'failed' && text.shareFailed}
      </p>
    </>
  )
}

interface CopyButtonProps {
  readonly text: () => string
  readonly label: string
}

/** How long it says that it did, ms. */
const TOLD_MS = 2_000

export function CopyButton({ text: copied, label }: CopyButtonProps) {
  const text = usePageWords(words)
  const [state, setState] = useState<'idle' | 'copied' | 'failed'>('idle')
  useEffect(() => {
    if (state === 'idle') return
    const timer = setTimeout(() => setState('idle'), TOLD_MS)
    return () => clearTimeout(timer)
  }, [state])
  function copy(): void {
    // Not there where the page came over plain HTTP.
    const done = navigator.clipboard?.writeText(copied()) ?? Promise.reject(new Error('no clipboard'))
    done.then(
      () => setState('copied'),
      () => setState('failed'),
    )
  }
  return (
    <>
      <button type="button" className="button" onClick={copy}>
        {state === 'copied' ? text.copied : label}
      </button>
      <span role="status" className={state === 'failed' ? 'hint' : 'unseen'}>
        {state === 'copied' && text.copied}
        {state === 'failed' && text.copyFailed}
      </span>
    </>
  )
}
