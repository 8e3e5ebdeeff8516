/**
 * Messages of the Live server, read once and checked: what is not of the protocol is told apart from what only is of no
 * interest, so that events of a later version do no harm.
 */

export type LiveMessage =
  /** `expiresAtS`: seconds since the epoch. */
  | { readonly kind: 'started'; readonly expiresAtS?: number }
  /** Base64, as the session's format has it. */
  | { readonly kind: 'audio'; readonly audio: string }
  | {
      readonly kind: 'heard' | 'said'
      readonly text: string
      readonly startMs: number
      readonly endMs: number
    }
  | { readonly kind: 'delegation'; readonly id: string; readonly atMs: number }
  /** `eventId` names the event of ours it is about. */
  | { readonly kind: 'error'; readonly error: Fields; readonly eventId?: string }
  | { readonly kind: 'closed'; readonly reason: string }
  | { readonly kind: 'other' }

type Fields = Readonly<Record<string, unknown>>

/** Undefined: it is no message of the protocol. Never throws. */
export function readLiveMessage(text: string): LiveMessage | undefined {
  const event = fieldsIn(text)
  if (event === undefined || typeof event.type !== 'string') return undefined
  switch (event.type) {
    case 'session.started': {
      const expires = isFields(event.session) ? timeOf(event.session.expires_at) : undefined
      return { kind: 'started', ...(expires === undefined ? {} : { expiresAtS: expires }) }
    }
    case 'session.output_audio.delta':
      return typeof event.delta === 'string' ? { kind: 'audio', audio: event.delta } : undefined
    case 'session.input_transcript.delta':
      return words('heard', event)
    case 'session.output_transcript.delta':
      return words('said', event)
    case 'session.delegation.created':
      return delegation(event)
    case 'error': {
      const error = isFields(event.error) ? event.error : {}
      const about = event.client_event_id ?? error.client_event_id
      return { kind: 'error', error, ...(typeof about === 'string' ? { eventId: about } : {}) }
    }
    case 'session.closed':
      return { kind: 'closed', reason: typeof event.reason === 'string' ? event.reason : '' }
    default:
      return { kind: 'other' }
  }
}

/** Words without a place are no reason to lose a call. */
function words(kind: 'heard' | 'said', { delta, start_ms, end_ms }: Fields): LiveMessage {
  const startMs = timeOf(start_ms)
  const endMs = timeOf(end_ms)
  if (typeof delta !== 'string' || startMs === undefined || endMs === undefined) return { kind: 'other' }
  return { kind, text: delta, startMs, endMs: Math.max(startMs, endMs) }
}

/** What is handed over to others than us is of no interest. */
function delegation({ delegation: given, offset_ms }: Fields): LiveMessage | undefined {
  if (!isFields(given) || typeof given.id !== 'string') return undefined
  if (given.target !== 'client') return { kind: 'other' }
  return { kind: 'delegation', id: given.id, atMs: timeOf(offset_ms) ?? 0 }
}

function timeOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined
}

function fieldsIn(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isFields(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
