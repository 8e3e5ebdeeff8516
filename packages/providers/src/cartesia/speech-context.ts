/**
 * One context of the speech socket. Kept, it is flushed at the end of each clause and ended later; else its one clause
 * ends it. Times count from the first sound of the context, so a clause's own begin where the last one stopped.
 */

import { movedCues } from '@parley/audio'
import { ParleyError } from '@parley/core'
import type { ContextPool } from '../wire/context-pool.js'
import { pcmReader } from '../wire/pcm-bytes.js'
import type { ContextLine } from '../wire/shared-line.js'
import type { SpeechRun } from '../wire/speech-run.js'
import type { CartesiaTtsEvent } from './tts-events.js'

export interface SpeechContext {
  readonly isOver: boolean
  /** Speaks one clause; `onDone` runs when it is complete and the context could take another. Returns the cancel. */
  speak(text: string, run: SpeechRun, onDone: () => void): (isLate: boolean) => void
  /** Says that nothing more will come. */
  end(): void
}

export interface SpeechContextOptions {
  readonly pool: ContextPool<CartesiaTtsEvent>
  readonly path: string
  readonly id: string
  readonly fields: Readonly<Record<string, unknown>>
  readonly isKept: boolean
}

interface Clause {
  readonly run: SpeechRun
  readonly onDone: () => void
}

export function speechContext({ pool, path, id, fields, isKept }: SpeechContextOptions): SpeechContext {
  let clause: Clause | undefined
  let clauses = 0
  let isOpen = false
  let over = false
  let baseMs = 0
  let pcm = pcmReader()
  const line: ContextLine = pool.open(path, id, {
    // On a socket that stands already this comes before there is a clause.
    onOpen() {
      isOpen = true
      clause?.run.opened()
    },
    onEvent: hear,
    onLost(error) {
      over = true
      clause?.run.fail(error)
    },
  })

  function hear(event: CartesiaTtsEvent): void {
    if (event.kind === 'audio') return clause?.run.audio(pcm.read(event.bytes))
    if (event.kind === 'words') {
      for (const { text, startMs, endMs } of event.words)
        clause?.run.word(text, Math.max(0, startMs - baseMs), Math.max(0, endMs - baseMs))
      return
    }
    if (event.kind === 'visemes') return clause?.run.visemes(movedCues(event.cues, -baseMs))
    if (event.kind === 'error') {
      // A fault of the vendor's side is often the socket's last word.
      if (!['provider_rejected', 'provider_limited'].includes(event.error.code)) line.retire()
      leave()
      clause?.run.fail(event.error)
    } else if (event.kind === 'flushed' && isKept) complete()
    else if (event.kind === 'done') expire()
  }

  /** The vendor ended the context: as asked, or because it was silent, and then what was just sent begins another. */
  function expire(): void {
    if (clause !== undefined && clauses > 1 && clause.run.soundMs === 0) {
      baseMs = 0
      pcm = pcmReader()
      return
    }
    leave()
    complete()
  }

  function complete(): void {
    const done = clause
    clause = undefined
    if (done === undefined) return
    baseMs += done.run.soundMs
    done.run.end()
    if (!over) done.onDone()
  }

  function leave(): void {
    over = true
    line.release()
  }

  function say(message: object): boolean {
    return line.send({ ...message, context_id: id })
  }

  return {
    get isOver() {
      return over
    },
    speak(text, run, onDone) {
      const mine: Clause = { run, onDone }
      clause = mine
      clauses++
      if (isOpen) run.opened()
      // Pieces of a context are joined as they are, so each ends with a space.
      const sent = say({ ...fields, transcript: isKept ? `${text} ` : text, continue: isKept })
      const flushed = !isKept || say({ ...fields, transcript: '', continue: true, flush: true })
      if (!sent || !flushed) {
        clause = undefined
        if (!over) leave()
        run.fail(new ParleyError('too_large', 'Too much waits to be sent to Cartesia.'))
      }
      return isLate => {
        if (clause !== mine) return
        clause = undefined
        if (over) return
        say({ cancel: true })
        if (isLate) line.retire()
        leave()
      }
    },
    end() {
      if (over) return
      say({ ...fields, transcript: '', continue: false })
      leave()
    },
  }
}
