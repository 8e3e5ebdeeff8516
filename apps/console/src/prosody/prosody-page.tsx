/** Any voice through `/prosody`: the microphone or a recording, its curves, its figures and a face that follows it. */
import { ProsodyAvatar, type ProsodySnapshot } from '@parley/react'
import { type DragEvent, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { Messages } from '../i18n/english.js'
import { useMessages } from '../i18n/language.js'
import type { PageProps } from '../pages/pages.js'
import { Figures } from './figures.js'
import { ProsodyChart } from './prosody-chart.js'
import type { Side } from './prosody-view.js'
import { microphoneSource, recordingSource } from './sound-source.js'
import { createStreamSession } from './stream-session.js'
import { Utterances } from './utterances.js'

const sides: readonly Side[] = ['user']

export function ProsodyPage({ session }: PageProps) {
  const messages = useMessages()
  const words = messages.prosody
  const [{ stream, store, hear, stop }] = useState(() => createStreamSession(session.token))
  const snapshot = useSyncExternalStore(stream.subscribe, stream.snapshot)
  const view = useSyncExternalStore(store.subscribe, store.calm)
  const [playing, setPlaying] = useState<string>()
  const [unreadable, setUnreadable] = useState<string>()
  const [over, setOver] = useState(false)
  const picker = useRef<HTMLInputElement>(null)
  useEffect(() => stop, [stop])

  async function play(file: File | undefined): Promise<void> {
    if (file === undefined) return
    setPlaying(file.name)
    setUnreadable(undefined)
    hear(recordingSource(await file.arrayBuffer(), () => setUnreadable(file.name)))
  }

  function dropped(event: DragEvent): void {
    event.preventDefault()
    setOver(false)
    void play(event.dataTransfer.files[0])
  }

  const hears = snapshot.microphone === 'granted'
  const asks = snapshot.microphone === 'prompt'
  return (
    <section
      className="prosody-page"
      data-over={over}
      aria-labelledby="prosody-page-heading"
      onDragOver={event => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={dropped}
    >
      <header className="prosody-head">
        <div>
          <h2 id="prosody-page-heading">{words.heading}</h2>
          <p className="hint">{over ? words.drop : words.hint}</p>
        </div>
        <div className="prosody-buttons">
          {hears || asks ? (
            <button type="button" className="button button-main" disabled={asks} onClick={stop}>
              {asks ? words.asking : words.stop}
            </button>
          ) : (
            <button
              type="button"
              className="button button-main"
              onClick={() => {
                setPlaying(undefined)
                setUnreadable(undefined)
                hear(microphoneSource())
              }}
            >
              {words.microphone}
            </button>
          )}
          <button type="button" className="button" onClick={() => picker.current?.click()}>
            {words.file}
          </button>
          <input
            ref={picker}
            className="unseen"
            type="file"
            accept="audio/*,.wav"
            tabIndex={-1}
            aria-label={words.file}
            onChange={event => {
              void play(event.target.files?.[0])
              event.target.value = ''
            }}
          />
        </div>
      </header>
      <p className="prosody-state" role="status" data-bad={snapshot.error !== undefined}>
        {unreadable === undefined ? stateText(snapshot, messages, playing) : words.unreadable(unreadable)}
      </p>
      <div className="prosody-live">
        <ProsodyAvatar
          source={stream.sample}
          className="prosody-face"
          labels={{ ...words.emotions, silent: words.silent, speaking: words.face }}
        />
        <Figures snapshot={snapshot} />
      </div>
      <ProsodyChart store={store} sides={sides} />
      <h3 className="prosody-count">{words.utterances(view.told)}</h3>
      <Utterances utterances={view.utterances} sides={sides} />
    </section>
  )
}

function stateText(
  { state, microphone, error }: ProsodySnapshot,
  { prosody: words, problem }: Messages,
  playing: string | undefined,
): string {
  if (microphone === 'denied') return words.denied
  if (error?.code === 'unauthorized') return words.unauthorized
  if (error !== undefined) {
    const cures: Readonly<Record<string, string>> = problem.cures
    return cures[error.code] ?? error.message
  }
  if (microphone === 'granted' && state === 'open') {
    return playing === undefined ? words.listening : words.playing(playing)
  }
  if (microphone === 'prompt' && state === 'idle') return words.asking
  return words.states[state]
}
