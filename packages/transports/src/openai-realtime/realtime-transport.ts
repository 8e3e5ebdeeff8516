/**
 * The leg of a session to a Realtime far end. Sound leaves faster than it is spoken and cannot be taken back; how much of
 * it was played is only told of an answer that was cut.
 */
import type { CloseReason, Inbox, SessionEvent, Transport } from '@parley/core'
import type { Answers } from './answers.js'
import type { CallerTurns } from './caller-turns.js'
import type { MediaTrack } from './media-track.js'

export interface RealtimeTransportOptions {
  readonly answers: Answers
  readonly turns: CallerTurns
  readonly track: MediaTrack | undefined
  readonly outputRate: number
  readonly aheadMs: number
  /** Time from here to the ear, ms. */
  pathMs(): number
  onOpen(inbox: Inbox): void
  onClose(reason: CloseReason): void
}

export function createRealtimeTransport(options: RealtimeTransportOptions): Transport {
  const { answers, turns, track, outputRate, aheadMs, pathMs, onOpen, onClose } = options
  return {
    aheadMs: track?.aheadMs ?? aheadMs,
    get pathMs() {
      return track?.pathMs ?? pathMs()
    },
    reportsPlayed: false,
    rewinds: false,
    ...(track === undefined ? { reportsCuts: true as const } : {}),
    outputRate,
    open: onOpen,
    play: (frame, reply) => answers.play(frame, reply),
    clear: reply => answers.cleared(reply),
    duck: () => {},
    send(event) {
      take(event, answers, turns)
      // The speech that goes on is told before the end of the answer that it cut.
      if (event.kind !== 'turn-reopened') answers.settleCut()
    },
    close: onClose,
  }
}

function take(event: SessionEvent, answers: Answers, turns: CallerTurns): void {
  switch (event.kind) {
    case 'speech-started':
    case 'speech-ended':
      return turns.speech(event)
    case 'transcript-partial':
      return turns.words(event)
    case 'transcript-final':
      return turns.finalWords(event)
    case 'turn-committed':
      return turns.turnCommitted(event)
    case 'turn-reopened':
      answers.reopened(event.turn)
      return turns.turnReopened(event.turn)
    case 'reply-started':
      return answers.started(event)
    case 'reply-words':
      return answers.words(event)
    case 'reply-made':
      return answers.made(event)
    case 'reply-sent':
      return answers.sent(event)
    case 'reply-ended':
      return answers.ended(event)
    case 'reply-discarded':
      return answers.discarded(event.reply)
    case 'tool-called':
      return answers.called(event)
    case 'judged':
      return answers.rulings.judged(event)
    case 'resumed':
      return answers.rulings.resumed()
    case 'floor-changed':
      return event.floor === 'open' ? answers.floorOpened() : undefined
    // The protocol has no word for these.
    case 'session-started':
    case 'reply-prepared':
    case 'reply-visemes':
    case 'ducked':
    case 'dtmf':
    case 'filler':
    case 'recovered':
    case 'ledger':
    case 'note':
    case 'call-ordered':
    case 'warning':
    case 'session-ended':
      return
    default:
      event satisfies never
  }
}
