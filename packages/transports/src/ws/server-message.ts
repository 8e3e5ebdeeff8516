/** The one mapping from what a session tells to what the wire carries. */
import { ParleyError, type SessionEvent } from '@parley/core'
import type { ServerMessage, ServerMessageOf } from '@parley/protocol'

/** What only edges that steer a conversation have to know, and what is told beside them to whoever asks. */
const untold = ['reply-made', 'tool-called', 'call-ordered', 'reply-visemes'] as const

type ToldEvent = Exclude<SessionEvent, { readonly kind: (typeof untold)[number] }>

export function isTold(event: SessionEvent): event is ToldEvent {
  return !(untold as readonly string[]).includes(event.kind)
}

/** The event as a message: `kind` becomes `type`, and what is not for the far end stays here. */
export function serverMessageOf(event: ToldEvent): ServerMessage {
  switch (event.kind) {
    case 'session-started': {
      const { kind: type, atMs, session, language } = event
      return { type, atMs, session, language }
    }
    case 'floor-changed':
      return { type: event.kind, atMs: event.atMs, floor: event.floor }
    case 'speech-started':
    case 'speech-ended': {
      const { kind: type, atMs, turn, mediaMs } = event
      return { type, atMs, turn, mediaMs }
    }
    case 'transcript-partial': {
      const { kind: type, atMs, turn, text } = event
      return { type, atMs, turn, text }
    }
    case 'transcript-final': {
      const { kind: type, atMs, turn, text, origin, startMs, endMs } = event
      return { type, atMs, turn, text, origin, startMs, endMs }
    }
    case 'turn-committed': {
      const { kind: type, atMs, turn, endpoint } = event
      return {
        type,
        atMs,
        turn,
        ...(endpoint === undefined
          ? {}
          : { endpoint: { ...endpoint, reasons: endpoint.reasons.map(reason => ({ ...reason })) } }),
      }
    }
    case 'turn-reopened':
      return { type: event.kind, atMs: event.atMs, turn: event.turn }
    case 'reply-prepared':
      return { type: event.kind, atMs: event.atMs, turn: event.turn, reply: event.reply }
    case 'reply-discarded': {
      const { kind: type, atMs, turn, reply, audioMs, words, inputTokens, outputTokens } = event
      return { type, atMs, turn, reply, audioMs, words, inputTokens, outputTokens }
    }
    case 'reply-started':
      return { type: event.kind, atMs: event.atMs, turn: event.turn, reply: event.reply }
    case 'reply-words': {
      const { kind: type, atMs, reply, text, untilMs } = event
      return { type, atMs, reply, text, untilMs }
    }
    case 'reply-sent':
      return { type: event.kind, atMs: event.atMs, reply: event.reply, totalMs: event.totalMs }
    case 'reply-ended': {
      const { kind: type, atMs, turn, reply, said, heard, interrupted, decision } = event
      const decided = decision === undefined ? {} : { decision }
      return { type, atMs, turn, reply, said, heard, interrupted, ...decided }
    }
    case 'ducked': {
      const { kind: type, atMs, reply, afterOnsetMs } = event
      return { type, atMs, reply, afterOnsetMs }
    }
    case 'resumed':
      return { type: event.kind, atMs: event.atMs, reply: event.reply }
    case 'judged': {
      const { kind: type, atMs, reply, ruling, afterOnsetMs, reasons } = event
      return { type, atMs, reply, ruling, afterOnsetMs, reasons: reasons.map(reason => ({ ...reason })) }
    }
    case 'dtmf':
      return { type: event.kind, atMs: event.atMs, digit: event.digit }
    case 'filler':
      return { type: event.kind, atMs: event.atMs, reply: event.reply, text: event.text }
    case 'recovered':
      return { type: event.kind, atMs: event.atMs, floor: event.floor, stuckMs: event.stuckMs }
    case 'ledger':
      return ledgerMessage(event)
    case 'note':
      return { type: event.kind, atMs: event.atMs, data: event.data }
    case 'warning':
      return { type: event.kind, atMs: event.atMs, code: event.code, message: event.message }
    case 'session-ended':
      return { type: event.kind, atMs: event.atMs, reason: event.reason }
    default:
      event satisfies never
      throw new ParleyError('internal', 'The session told an event that this protocol has no message for.')
  }
}

function ledgerMessage(event: Extract<SessionEvent, { kind: 'ledger' }>): ServerMessageOf<'ledger'> {
  const { totalMs, unattributedMs, heardSource, stages, context, decision } = event.ledger
  const { kind: type, atMs, turn, reply } = event
  return {
    type,
    atMs,
    turn,
    reply,
    ledger: {
      totalMs,
      unattributedMs,
      heardSource,
      stages: stages.map(({ stage, startMs, durationMs }) => ({ stage, startMs, durationMs })),
      ...(context === undefined
        ? {}
        : { context: { used: [...context.used], late: [...context.late], failed: [...context.failed] } }),
      ...(decision === undefined ? {} : { decision }),
    },
  }
}

/** The error as a message. `cause` and stack never leave the process. */
export function errorMessageOf(error: ParleyError, fatal: boolean): ServerMessageOf<'error'> {
  const { retryAfterMs, ...details } = error.details
  return {
    type: 'error',
    code: error.code,
    message: error.message,
    fatal,
    ...(typeof retryAfterMs === 'number' ? { retryAfterMs } : {}),
    ...(Object.keys(details).length > 0 ? { details } : {}),
  }
}
