/** A conversation for whoever has a link to it. Nothing else of the console is needed, and no token. */

import { useMemo } from 'react'
import { usePageWords } from '../i18n/language.js'
import type { PageProps } from '../pages/pages.js'
import { DownloadMenu } from '../player/download-menu.js'
import { Player } from '../player/player.js'
import { Facts } from '../player/player-page.js'
import { sharedSource } from '../player/player-source.js'
import { usePlayback } from '../player/use-playback.js'
import { words as playerWords } from '../player/words.js'
import { Empty } from '../ui/empty.js'
import { PageFrame } from '../ui/page-frame.js'
import { words } from './words.js'
import './shared.css'

export function SharedPage({ id = '' }: PageProps) {
  const text = usePageWords(words)
  const player = usePageWords(playerWords)
  const source = useMemo(() => sharedSource(id), [id])
  const [loaded, retry] = usePlayback(source)
  const playback = loaded.kind === 'here' ? loaded.value : undefined
  return (
    <PageFrame
      title={text.heading}
      lead={<Facts playback={playback} />}
      actions={playback && <DownloadMenu playback={playback} source={source} />}
    >
      {loaded.kind === 'loading' && <p role="status">{player.loading}</p>}
      {loaded.kind === 'unreachable' && (
        <div role="alert" className="form-row">
          <p>{text.unreachable}</p>
          <button type="button" className="button" onClick={retry}>
            {text.retry}
          </button>
        </div>
      )}
      {(loaded.kind === 'missing' || loaded.kind === 'forbidden' || loaded.kind === 'unauthenticated') && (
        <div role="alert">
          <Empty title={text.gone}>
            <p>{text.goneHint}</p>
          </Empty>
        </div>
      )}
      {playback && <Player playback={playback} source={source} />}
    </PageFrame>
  )
}
