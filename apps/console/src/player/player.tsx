/** A past conversation to be played: its sound, what was said in it, what happened and where the time went. */

import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { useLanguage, usePageWords } from '../i18n/language.js'
import { AnswerPanel, LEAD_MS } from './answer-panel.js'
import { CostPanel } from './cost-panel.js'
import { happeningText, happeningWhy } from './happening-text.js'
import { HappeningsPanel } from './happenings-panel.js'
import { clockText, hashAt, timeInHash } from './model/clock-text.js'
import { happeningsOf, isInterruption, nextOf, turnAfter, turnBefore } from './model/happenings.js'
import { lineAt } from './model/place.js'
import { isAgent, type Playback } from './model/playback.js'
import { isWhole, type ViewWindow, wholeOf, zoomed } from './model/view-window.js'
import { createPlayerClock, type PlayerClock } from './player-clock.js'
import { PlayerControls } from './player-controls.js'
import { type PlayerSource, withToken } from './player-source.js'
import { Timeline } from './timeline.js'
import { Transcript } from './transcript.js'
import { type PitchState, usePeaks, usePitch } from './use-sound.js'
import { type PlayerWords, words } from './words.js'
import './player.css'

interface PlayerProps {
  readonly playback: Playback
  readonly source: PlayerSource
}

export function Player({ playback, source }: PlayerProps) {
  const { durationMs, lines, recording } = playback
  const { language } = useLanguage()
  const text = usePageWords(words)
  const clock = useClock(playback, source)
  const { sound, playing } = useSyncExternalStore(clock.subscribe, clock.snapshot)
  const happenings = useMemo(() => happeningsOf(playback), [playback])
  const starts = useMemo(() => lines.map(({ startMs }) => startMs), [lines])
  const peaks = usePeaks(source, playback)
  const [window, setWindow] = useState<ViewWindow>(() => wholeOf(durationMs))
  useEffect(() => setWindow(wholeOf(durationMs)), [durationMs])
  const [pitchWanted, wantPitch] = useState(false)
  const pitch = usePitch(source, pitchWanted)
  const [follows, setFollows] = useState(true)
  const stopFollowing = useCallback(() => setFollows(false), [])
  useEffect(() => {
    if (playing) setFollows(true)
  }, [playing])

  const goTo = useCallback((atMs: number) => clock.seek(Math.max(0, atMs)), [clock])
  const steps = useMemo(
    () => ({
      turnBefore: () => goTo(turnBefore(starts, clock.nowMs())),
      turnAfter: () => goTo(turnAfter(starts, clock.nowMs()) ?? durationMs),
      nextInterruption() {
        const next = nextOf(happenings.filter(isInterruption), clock.nowMs() + LEAD_MS)
        if (next !== undefined) goTo(next.atMs - LEAD_MS)
      },
      zoom: (factor: number) =>
        setWindow(now => zoomed(now, durationMs, { atMs: middleOf(now, clock.nowMs()), factor })),
    }),
    [goTo, starts, clock, happenings, durationMs],
  )
  const who = useCallback(
    (atMs: number) => {
      const line = lines[lineAt(lines, atMs)]
      return line === undefined || atMs > line.endMs ? text.silence : text.speaks(text[line.by])
    },
    [lines, text],
  )
  const near = useCallback(
    (atMs: number, withinMs: number) => {
      const found = happenings.find(each => Math.abs(each.atMs - atMs) <= withinMs)
      if (found === undefined) return undefined
      const why = happeningWhy(language, found)
      return [happeningText(text, language, found), ...(why === '' ? [] : [why])].join(': ')
    },
    [happenings, language, text],
  )

  return (
    <div className="player">
      <Notes playback={playback} soundFailed={sound === 'failed'} />
      <section className="player-deck" aria-label={text.timeline}>
        <Timeline
          {...{ playback, happenings, clock, peaks, window, setWindow, who, near }}
          pitch={pitch.kind === 'here' ? pitch.pitch : undefined}
        />
        <PlayerControls
          {...steps}
          clock={clock}
          durationMs={durationMs}
          isWhole={isWhole(window, durationMs)}
          showAll={() => setWindow(wholeOf(durationMs))}
          pitch={
            recording.state === 'ready'
              ? { wanted: pitchWanted, text: pitchText(text, pitch), toggle: () => wantPitch(!pitchWanted) }
              : undefined
          }
        />
        {pitch.kind === 'failed' && (
          <p className="hint" role="status">
            {text.pitchFailed}
          </p>
        )}
      </section>
      <div className="player-words">
        <div className="happened-head">
          <h3>{text.transcript}</h3>
          <label className="player-follow">
            <input type="checkbox" checked={follows} onChange={event => setFollows(event.target.checked)} />
            {text.follow}
          </label>
        </div>
        {lines.length === 0 && <p className="hint">{text.silent}</p>}
        <Transcript lines={lines} clock={clock} follows={follows} stopFollowing={stopFollowing} />
        {lines.some(({ by }) => by === 'caller') && <p className="hint">{text.wholeOnly}</p>}
      </div>
      <div className="player-side">
        {lines.some(isAgent) && <AnswerPanel lines={lines} clock={clock} />}
        <HappeningsPanel happenings={happenings} clock={clock} nextInterruption={steps.nextInterruption} />
        {source.usage && (
          <CostPanel
            path={source.usage}
            token={source.token}
            running={playback.session.state === 'running'}
          />
        )}
        <p className="hint player-keys">{text.keys}</p>
      </div>
    </div>
  )
}

/** Zooming stays with the playhead where it can be seen. */
function middleOf({ fromMs, untilMs }: ViewWindow, atMs: number): number {
  return atMs >= fromMs && atMs <= untilMs ? atMs : (fromMs + untilMs) / 2
}

function pitchText(text: PlayerWords, pitch: PitchState): string {
  return pitch.kind === 'making' ? text.pitchMaking(Math.round(100 * pitch.done)) : text.pitch
}

/** What is to be known before it is played. */
function Notes({ playback, soundFailed }: { readonly playback: Playback; readonly soundFailed: boolean }) {
  const { session, recording, log, truncated } = playback
  const text = usePageWords(words)
  const notes = [
    ...(session.state === 'running' ? [text.running] : []),
    ...(session.state === 'unknown' ? [text.unknownEnd] : []),
    ...(recording.state === 'ready' || session.state === 'running' ? [] : [text.sound[recording.state]]),
    ...(recording.problem === undefined ? [] : [recording.problem]),
    ...(soundFailed ? [text.sound.unplayable] : []),
    ...(recording.state === 'ready' ? soundNotes(text, recording) : []),
    ...(log === 'none' && playback.lines.length > 0 ? [text.noLog] : []),
    ...(truncated ? [text.cut] : []),
  ]
  return (
    <div role="status" className="player-notes">
      {notes.map(note => (
        <p key={note} className="hint">
          {note}
        </p>
      ))}
    </div>
  )
}

/** A recording that begins this late was not begun with the session, ms. */
const LATE_MS = 2_000

function soundNotes(text: PlayerWords, { startMs = 0, errorMs }: Playback['recording']): readonly string[] {
  return [
    ...(startMs > LATE_MS ? [text.sound.startsAt(clockText(startMs))] : []),
    ...(errorMs === undefined ? [text.sound.errorUnknown] : []),
  ]
}

/** One playhead for as long as what is played stays the same; another begins where the last stood. */
function useClock(playback: Playback, source: PlayerSource): PlayerClock {
  const { durationMs, recording } = playback
  const stood = useRef<number>(undefined)
  const [clock, setClock] = useState<PlayerClock>(() =>
    createPlayerClock(durationMs, soundOf(playback, source), timeInHash(location.hash)),
  )
  const made = useRef({ clock, durationMs, state: recording.state })
  useEffect(() => {
    const { current } = made
    if (current.durationMs !== durationMs || current.state !== recording.state) {
      stood.current = current.clock.nowMs()
      current.clock.close()
      const next = createPlayerClock(durationMs, soundOf(playback, source), stood.current)
      made.current = { clock: next, durationMs, state: recording.state }
      setClock(next)
    }
  }, [playback, source, durationMs, recording.state])
  useEffect(() => () => made.current.clock.close(), [])
  useAddress(clock)
  return clock
}

function soundOf(playback: Playback, source: PlayerSource) {
  const { state, startMs = 0, durationMs = 0 } = playback.recording
  if (state !== 'ready') return undefined
  const { ogg, wav } = source.sound(playback)
  return {
    startMs,
    durationMs,
    urls: [
      { url: withToken(ogg, source.token), type: 'audio/ogg; codecs=opus' },
      { url: withToken(wav, source.token), type: 'audio/wav' },
    ],
  }
}

/** The address names the moment, so that it can be kept and given on; and a moment in it is gone to. */
function useAddress(clock: PlayerClock): void {
  useEffect(() => {
    let kept: ReturnType<typeof setTimeout> | undefined
    function keep(): void {
      if (clock.snapshot().playing) return
      const hash = hashAt(location.hash, clock.nowMs())
      if (hash !== location.hash) history.replaceState(history.state, '', hash)
    }
    const soon = () => {
      clearTimeout(kept)
      kept = setTimeout(keep, 300)
    }
    const stops = [clock.follow(soon), clock.subscribe(soon)]
    const go = () => {
      const atMs = timeInHash(location.hash)
      if (atMs !== undefined) clock.seek(atMs)
    }
    addEventListener('hashchange', go)
    return () => {
      clearTimeout(kept)
      for (const stop of stops) stop()
      removeEventListener('hashchange', go)
    }
  }, [clock])
}
