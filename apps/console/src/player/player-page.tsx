/** The player as a page: its frame, what can be done with the conversation, and what is told where it is not here. */

import { NotHere } from '../history/history.js'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { pathTo } from '../route.js'
import type { ConsoleSession } from '../session/console-session.js'
import { PageFrame } from '../ui/page-frame.js'
import { DownloadMenu } from './download-menu.js'
import { clockText } from './model/clock-text.js'
import type { Playback } from './model/playback.js'
import { Player } from './player.js'
import type { PlayerSource } from './player-source.js'
import { CopyButton, ShareMenu } from './share-menu.js'
import { usePlayback } from './use-playback.js'
import { words } from './words.js'

interface PlayerPageProps {
  readonly source: PlayerSource
  readonly session: ConsoleSession
}

export function PlayerPage({ source, session }: PlayerPageProps) {
  const text = usePageWords(words)
  const [loaded, retry] = usePlayback(source)
  const playback = loaded.kind === 'here' ? loaded.value : undefined
  return (
    <PageFrame
      title={text.heading}
      back={{ href: pathTo('sessions'), text: text.back }}
      lead={<Facts playback={playback} />}
      actions={
        playback && (
          <>
            <CopyButton text={() => location.href} label={text.copyLink} />
            {source.shares && <ShareMenu playback={playback} path={source.shares} token={source.token} />}
            <DownloadMenu playback={playback} source={source} />
          </>
        )
      }
    >
      {loaded.kind !== 'here' && <NotHere loaded={loaded} session={session} retry={retry} />}
      {playback && <Player playback={playback} source={source} />}
    </PageFrame>
  )
}

/** When, how long, with whom, and by which door; a line that is there before it is known, so that nothing moves. */
export function Facts({ playback }: { readonly playback: Playback | undefined }) {
  const { language } = useLanguage()
  const text = usePageWords(words)
  if (playback === undefined) return <span>&nbsp;</span>
  const { session, durationMs } = playback
  const began = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' })
  return (
    <>
      {[
        began.format(session.startedAtMs),
        clockText(durationMs),
        text.with(session.agent),
        text.edges[session.edge] ?? session.edge,
      ].join(' · ')}
      {session.id && (
        <>
          {' · '}
          <code>{session.id}</code>
        </>
      )}
    </>
  )
}
