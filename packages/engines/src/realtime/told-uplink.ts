/**
 * The caller's sound where the gateway ends turns: it goes up while the caller may be in a turn, and not all day. When a
 * turn is over the far end holds exactly its sound; what else it was given (speech over the agent that was let pass) is
 * thrown away there, and the turn sent again from the ring.
 */

import type { AudioFrame, Emit } from '@parley/audio'
import type { FarSession, SpeechBoundary, Turn, TurnId } from '@parley/core'
import type { CallerSound } from './caller-sound.js'
import type { Stretch, Uplink } from './far-ears.js'

/** Sound before the first voiced sample that belongs to the turn, ms. */
const BEFORE_MS = 300
/** Sound behind the last voiced sample that is sent, ms. */
const BEHIND_MS = 400
/** A pause up to this may be one inside a turn, and is sent with it, ms. */
const PAUSE_MS = 3_000
/** How far the ends of what was sent may be off, ms: about a frame. */
const SLACK_MS = 25
/** Vendors take no shorter turn, ms. */
const LEAST_MS = 120

const nobody = '' as TurnId
const isNear = (one: number, other: number) => Math.abs(one - other) <= SLACK_MS

export interface ToldUplinkParts {
  readonly sound: CallerSound
  /** Hz. */
  readonly rate: number
  readonly rated: (emit: Emit) => { hear(frame: AudioFrame): void; close(): void }
  /** The beginning of a turn is not in the ring any more. */
  dropped(ms: number): void
}

export function createToldUplink({ sound, rate, rated, dropped }: ToldUplinkParts): Uplink {
  let session: FarSession | undefined
  /** What the far end holds, in media time. */
  let sent: { fromMs: number; toMs: number } | undefined
  let streaming = false
  let speaking = false
  let bounded = false
  let voiceEndMs = Number.NEGATIVE_INFINITY
  let latest: { readonly turn: TurnId; readonly toMs: number } | undefined
  let keptFromMs: number | undefined
  const input = rated(take)
  const give = (samples: Int16Array) => session?.hear(samples)

  function take(frame: AudioFrame): void {
    sound.write(frame.samples, frame.atMs)
    if (!streaming || sent === undefined) return
    if (!speaking && frame.atMs > voiceEndMs + BEHIND_MS) {
      streaming = false
      return
    }
    give(frame.samples)
    sent.toMs = sound.endMs
  }

  /** Sends a stretch that follows what was sent. */
  function send(fromMs: number, toMs: number): void {
    if (toMs <= fromMs) return
    sound.read(fromMs, toMs, give)
    sent = { fromMs: sent?.fromMs ?? Math.max(fromMs, sound.fromMs), toMs: Math.min(toMs, sound.endMs) }
  }

  function forget(): void {
    if (sent !== undefined) session?.forgetSound()
    sent = undefined
  }

  function begin(atMs: number): void {
    speaking = true
    bounded = true
    const fromMs = Math.max(atMs - BEFORE_MS, latest?.toMs ?? 0)
    if (keptFromMs === undefined) {
      keptFromMs = fromMs
      sound.keepFrom(fromMs)
    }
    if (streaming) return
    if (sent !== undefined && fromMs - sent.toMs > PAUSE_MS) forget()
    send(sent?.toMs ?? fromMs, sound.endMs)
    sent ??= { fromMs: sound.endMs, toMs: sound.endMs }
    streaming = true
  }

  /** A far end that ends turns itself may have begun this one long before there was a voice. */
  function beginningOf(turn: Turn): number {
    const voiceMs = keptFromMs !== undefined && keptFromMs <= turn.endMs ? keptFromMs : 0
    return Math.max(turn.startMs - BEFORE_MS, latest?.toMs ?? 0, voiceMs)
  }

  /** Whether the far end holds this stretch from its beginning on, and nothing else. */
  function isHeld(fromMs: number, toMs: number): boolean {
    if (sent === undefined || sent.toMs >= toMs + SLACK_MS) return false
    return isNear(sent.fromMs, fromMs) || isNear(sent.fromMs, Math.max(fromMs, sound.fromMs))
  }

  function padded({ fromMs, toMs }: Stretch): void {
    const missing = Math.ceil(((LEAST_MS - (toMs - fromMs)) * rate) / 1000)
    if (missing > 0) give(new Int16Array(missing))
  }

  return {
    hear: input.hear,
    boundary({ kind, atMs }: SpeechBoundary) {
      if (kind === 'speech-start') return begin(atMs)
      speaking = false
      voiceEndMs = Math.max(voiceEndMs, atMs)
    },
    use(next) {
      session = next
      latest = undefined
      const had = sent
      sent = undefined
      if (had !== undefined) send(had.fromMs, had.toMs)
    },
    commit(turn: Turn) {
      const doneMs = latest?.turn === turn.id ? latest.toMs : Number.NEGATIVE_INFINITY
      const isNew = bounded ? speaking || voiceEndMs > doneMs : sound.endMs > doneMs + LEAST_MS
      const fromMs = beginningOf(turn)
      // Asked for late, the answer is to this turn, whatever was said since.
      const toMs = bounded ? Math.min(sound.endMs, turn.endMs + BEHIND_MS) : sound.endMs
      if (session === undefined || !isNew || toMs <= fromMs) return undefined
      if (!isHeld(fromMs, toMs)) forget()
      const lostMs = sound.lostMs(fromMs)
      const isWhole = sent !== undefined && isNear(sent.fromMs, fromMs)
      if (lostMs > SLACK_MS && !isWhole) dropped(lostMs)
      send(sent?.toMs ?? fromMs, toMs)
      const stretch: Stretch = sent ?? { fromMs, toMs: fromMs }
      padded(stretch)
      session.commit()
      latest = { turn: turn.id, toMs: stretch.toMs }
      sent = undefined
      streaming = false
      if (speaking) begin(stretch.toMs)
      return stretch
    },
    forgetSound() {
      forget()
      latest = { turn: nobody, toMs: sound.endMs }
      keptFromMs = undefined
      sound.keepFrom(undefined)
      streaming = false
      if (speaking) begin(sound.endMs)
    },
    answered() {
      // The caller may have begun to speak again meanwhile.
      keptFromMs = sent?.fromMs
      sound.keepFrom(keptFromMs)
    },
    get pending() {
      return speaking || (sent !== undefined && sound.endMs - sent.toMs < PAUSE_MS)
    },
    close() {
      session = undefined
      input.close()
    },
  }
}
