/** The recording and the transcript as files. */

import { useState } from 'react'
import { usePageWords } from '../i18n/language.js'
import { saveFile } from '../prosody/save-file.js'
import { Menu } from './menu.js'
import type { Playback } from './model/playback.js'
import { transcriptKinds, transcriptOf, transcriptTypes } from './model/transcripts.js'
import { askBytes, type PlayerSource } from './player-source.js'
import { words } from './words.js'

interface DownloadMenuProps {
  readonly playback: Playback
  readonly source: PlayerSource
}

export function DownloadMenu({ playback, source }: DownloadMenuProps) {
  const text = usePageWords(words)
  const [state, setState] = useState<'idle' | 'fetching' | 'failed'>('idle')
  const name = `parley-${new Date(playback.session.startedAtMs).toISOString().slice(0, 19).replace(/[T:]/g, '-')}`
  const sound = playback.recording.state === 'ready' ? source.sound(playback) : undefined

  function fetchSound(kind: 'ogg' | 'wav'): void {
    if (sound === undefined) return
    setState('fetching')
    askBytes(sound[kind], source.token).then(
      bytes => {
        saveFile(`${name}.${kind}`, bytes)
        setState('idle')
      },
      () => setState('failed'),
    )
  }

  return (
    <Menu text={text.download}>
      <ul className="menu-list">
        {sound &&
          (['ogg', 'wav'] as const).map(kind => (
            <li key={kind}>
              <button
                type="button"
                className="menu-item"
                disabled={state === 'fetching'}
                onClick={() => fetchSound(kind)}
              >
                {text.downloads[kind]}
              </button>
            </li>
          ))}
        {transcriptKinds.map(kind => (
          <li key={kind}>
            <button
              type="button"
              className="menu-item"
              onClick={() =>
                saveFile(
                  `${name}.${kind}`,
                  new Blob([transcriptOf(playback, kind, text)], { type: transcriptTypes[kind] }),
                )
              }
            >
              {text.downloads[kind]}
            </button>
          </li>
        ))}
      </ul>
      <p role="status" className="hint">
        {state === 'fetching' && text.downloading}
        {state === 'failed' && text.downloadFailed}
      </p>
    </Menu>
  )
}
