/** The conversations that are on, or one of them. */
import { useState, useSyncExternalStore } from 'react'
import { NotHere } from '../history/history.js'
import { useGateway } from '../history/use-gateway.js'
import { usePageWords } from '../i18n/language.js'
import type { PageProps } from '../pages/pages.js'
import { pathTo } from '../route.js'
import { PageFrame } from '../ui/page-frame.js'
import { createLiveFeed } from './live-feed.js'
import { LiveList } from './live-list.js'
import { LiveOne } from './live-one.js'
import type { Me } from './rights.js'
import { words as table } from './words.js'
import './live.css'

export function LivePage({ session, id }: PageProps) {
  const words = usePageWords(table)
  const [feed] = useState(() => createLiveFeed(session.token))
  const { status, model } = useSyncExternalStore(feed.subscribe, feed.snapshot)
  const [asked] = useGateway<Me>('/api/me', session.token())
  const me = asked.kind === 'here' ? asked.value : undefined
  const refused = status === 'unauthenticated' || status === 'forbidden'
  const notes = [
    me !== undefined && !me.scopes.includes('sessions:watch') && words.own,
    model !== undefined && !model.shared && words.alone,
  ].filter(note => note !== false)
  const place =
    id === undefined
      ? { title: words.heading, lead: [words.lead, ...notes].join(' ') }
      : { title: words.one, back: { href: pathTo('live'), text: words.toList } }

  return (
    <PageFrame key={id ?? ''} {...place}>
      {refused && (
        <NotHere loaded={{ kind: status }} session={session} retry={feed.retry} scope="sessions:watch" />
      )}
      {status === 'connecting' && model === undefined && <p role="status">{words.connecting}</p>}
      {status === 'lost' && (
        <p className="live-lost" role="alert">
          {words.lost}
        </p>
      )}
      {model !== undefined && id === undefined && <LiveList feed={feed} model={model} />}
      {model !== undefined && id !== undefined && (
        <LiveOne key={id} id={id} feed={feed} model={model} me={me} token={session.token()} />
      )}
    </PageFrame>
  )
}
