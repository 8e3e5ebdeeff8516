/**
 * The socket that finds turns by itself. It knows no word for "now": where the gateway heard speech end, the vendor's
 * own end of the turn is waited for, but not long; then what it has understood so far is the final, and only what its
 * end says beyond that follows.
 */

import { lateError } from '../wire/vendor-error.js'
import type { Ear } from './ear.js'

export const turnsEar: Ear = ({ hearing, clock, turnEndWaitMs, patienceMs }) => {
  const { place } = hearing
  /** Ends that were asked for and not answered, media ms. */
  let asked: number[] = []
  /** The turn being heard: where it began, its text, and how many of its words were given as a final. */
  let turn: { startMs: number; text: string; given: number } | undefined
  let beganMs: number | undefined
  /** Whether the vendor has ended a turn since the gateway heard speech begin. */
  let hasEnded = false
  let cancelWait = () => {}
  /** Sound sent when the vendor last spoke of a turn whose end it owes, ms. */
  let owedSinceMs: number | undefined

  const nowMs = () => place.mediaMs(place.sentMs)

  function started() {
    turn ??= { startMs: Math.min(beganMs ?? nowMs(), nowMs()), text: '', given: 0 }
    return turn
  }

  function heard(text: string | null | undefined): void {
    const current = started()
    current.text = text ?? ''
    const rest = restOf(current)
    if (rest !== '') hearing.emit({ kind: 'partial', text: rest, startMs: current.startMs, endMs: nowMs() })
  }

  function give(untilMs: number): void {
    if (turn === undefined) return
    const text = restOf(turn)
    turn.given = Math.max(turn.given, wordsIn(turn.text).length)
    if (text !== '')
      hearing.emit({ kind: 'final', text, startMs: turn.startMs, endMs: Math.max(turn.startMs, untilMs) })
  }

  function answer(): void {
    cancelWait()
    const answered = asked
    asked = []
    if (answered.length > 0) hearing.use()
    for (const atMs of answered) hearing.emit({ kind: 'finished', atMs })
  }

  function signal(name: 'start' | 'update' | 'eager-end' | 'resume' | 'end'): void {
    hearing.emit({ kind: 'turn', signal: name, atMs: nowMs() })
  }

  // It says so when it stands.
  hearing.expect()

  return {
    onMessage({ type, transcript }) {
      hearing.settled()
      if (owedSinceMs !== undefined) owedSinceMs = place.sentMs
      switch (type) {
        case 'turn.start':
          started()
          return signal('start')
        case 'turn.update':
          heard(transcript)
          return signal('update')
        case 'turn.eager_end':
          heard(transcript)
          return signal('eager-end')
        case 'turn.resume':
          return signal('resume')
        case 'turn.end':
          if (transcript !== undefined && transcript !== null) started().text = transcript
          give(asked[0] ?? nowMs())
          turn = undefined
          owedSinceMs = undefined
          hasEnded = true
          signal('end')
          return answer()
      }
    },
    stream: {
      hear(frame) {
        hearing.hear(frame)
        // It counts sound, not time, and has died if so much of it makes no difference.
        if (owedSinceMs !== undefined && place.sentMs - owedSinceMs > patienceMs)
          hearing.lose(lateError('Cartesia', 'end a turn', patienceMs))
      },
      begin(atMs) {
        beganMs = atMs
        hasEnded = false
        // The vendor goes on with a turn of which all was given: what follows begins here.
        if (turn !== undefined && turn.given > 0 && restOf(turn) === '') turn.startMs = atMs
      },
      finish(atMs) {
        hearing.flush()
        asked.push(atMs)
        if (turn === undefined && hasEnded) return answer()
        cancelWait()
        cancelWait = clock.after(turnEndWaitMs, () => {
          give(atMs)
          answer()
          if (turn !== undefined) owedSinceMs = place.sentMs
        })
      },
      close() {
        cancelWait()
        hearing.close('{"type":"close"}')
      },
    },
  }
}

function wordsIn(text: string): string[] {
  return text.split(/\s+/).filter(word => word !== '')
}

/** What of a turn's text has not been given as final. */
function restOf({ text, given }: { readonly text: string; readonly given: number }): string {
  return wordsIn(text).slice(given).join(' ')
}
