/**
 * The far end's track as a `Player`: told what the player of sockets is told, it plays what the browser receives by itself,
 * silences what was taken back, and reports what was heard by the stamps of the packets that were played.
 */
import type { Player, PlayerEvents } from '../devices/player.js'
import { createEmitter } from '../emitter.js'
import { createTrackPlayhead } from './track-playhead.js'
import type { TrackPlayerOptions } from './webrtc-types.js'

const LOOK_EVERY_MS = 50
/** 18 dB less, as the player of sockets ducks. */
const DUCKED = 0.126
const SILENCE_DBFS = -100
/** What is rendered on a track, Hz. */
const TRACK_RATE = 48_000

export interface PlayedTrack {
  readonly stream: MediaStream
  readonly receiver: Pick<RTCRtpReceiver, 'getSynchronizationSources'>
}

/** Plays from now on; closing it leaves the element empty. */
export function createTrackPlayer(
  { stream, receiver }: PlayedTrack,
  { element, every = everyLook, now = () => performance.now() }: TrackPlayerOptions,
): Player {
  const events = createEmitter<PlayerEvents>()
  const playhead = createTrackPlayhead()
  const totals = new Map<string, number>()
  let current: { readonly reply: string; ms: number } | undefined
  let over = false

  function stand(reply: string | undefined, ms: number): void {
    events.emit('playhead', { kind: 'playhead', reply, ms, atS: now() / 1000 })
  }

  function finish(): void {
    if (current === undefined) return
    const { reply, ms } = current
    current = undefined
    totals.delete(reply)
    events.emit('played', { kind: 'played', reply, ms, final: true })
    stand(undefined, 0)
  }

  function look(): void {
    if (over) return
    const [source] = receiver.getSynchronizationSources()
    tellLevel(source?.audioLevel)
    const heard = playhead.look(source?.rtpTimestamp)
    if (heard === undefined) return
    const { reply, ms } = heard
    if (current?.reply !== reply) finish()
    current = { reply, ms }
    if (ms >= (totals.get(reply) ?? Number.POSITIVE_INFINITY)) return finish()
    events.emit('played', { kind: 'played', reply, ms, final: false })
    stand(reply, ms)
  }

  function tellLevel(level = 0): void {
    const dbfs = element.muted || level <= 0 ? SILENCE_DBFS : Math.max(SILENCE_DBFS, 20 * Math.log10(level))
    events.emit('level', { kind: 'level', dbfs, bufferedMs: 0 })
  }

  function clear(reply?: string): void {
    playhead.clear(reply)
    if (reply !== undefined && current?.reply !== reply) return
    element.muted = true
    finish()
  }

  element.srcObject = stream
  element.muted = false
  // Refused without a click of the person; whoever opened it tries again at the next one.
  void element.play().catch(() => {})
  const stopLooking = every(look)
  return {
    sampleRate: TRACK_RATE,
    on: events.on,
    begin(reply, fromMs) {
      element.muted = false
      element.volume = 1
      playhead.begin(reply, fromMs)
    },
    push() {},
    end(reply, totalMs = Number.POSITIVE_INFINITY) {
      playhead.end(reply, totalMs)
      totals.set(reply, totalMs)
      if (current?.reply === reply && current.ms >= totalMs) finish()
    },
    clear,
    duck(on) {
      element.volume = on ? DUCKED : 1
    },
    earTime: nowMs => nowMs / 1000,
    close() {
      if (over) return
      over = true
      stopLooking()
      element.pause()
      element.srcObject = null
    },
  }
}

function everyLook(look: () => void): () => void {
  const timer = setInterval(look, LOOK_EVERY_MS)
  return () => clearInterval(timer)
}
