/**
 * What the gateway emits over Socket.IO. A conversation tells here what it tells on the voice socket, under names in the
 * manner of Socket.IO (`noun:verb`) and without the field `type`; the rest is of the edge itself.
 */
import type { ServerMessage } from '../voice/server-messages.js'

/** The event of each message of a conversation. `pong` is the edge's own; sealing can only be asked for on the voice socket. */
export const socketioEventOfMessage = {
  ready: 'call:started',
  error: 'error',
  warning: 'warning',
  pong: 'pong',
  draining: 'draining',
  devices: 'devices',
  role: 'device:role',
  history: 'history',
  recording: 'call:recording',
  interrupted: 'barge-in:ack',
  'audio-begin': 'audio:begin',
  clear: 'audio:clear',
  duck: 'audio:duck',
  'session-started': 'session:started',
  'session-ended': 'session:ended',
  'floor-changed': 'floor:changed',
  'speech-started': 'speech:started',
  'speech-ended': 'speech:ended',
  'transcript-partial': 'transcript:partial',
  'transcript-final': 'transcript:final',
  'turn-committed': 'turn:committed',
  'turn-reopened': 'turn:reopened',
  'reply-prepared': 'reply:prepared',
  'reply-discarded': 'reply:discarded',
  'reply-started': 'reply:started',
  'reply-words': 'reply:words',
  'reply-sent': 'reply:sent',
  'reply-ended': 'reply:ended',
  ducked: 'reply:ducked',
  resumed: 'reply:resumed',
  filler: 'reply:filler',
  judged: 'overlap:judged',
  recovered: 'floor:recovered',
  ledger: 'turn:ledger',
  dtmf: 'dtmf',
  note: 'note',
  prosody: 'prosody',
  utterance: 'utterance',
  visemes: 'visemes',
  cleared: 'prosody:cleared',
} as const satisfies Record<Exclude<ServerMessage['type'], 'encrypted'>, string>

/** Events of the edge itself, with what they carry. */
export const socketioOwnEvents = {
  connected:
    '`{sessionId, authenticated}`: the socket stands. `authenticated` is true after a good handshake.',
  authenticated:
    '`{sessionId, resumed, tenant, subject}`: the client is known, and whether its session goes on.',
  'audio:chunk': 'Bytes: sound of the reply named by the last `audio:begin`, in the `output` format.',
  'call:ended': '`{session, reason, resumable}`: the conversation is over, or has lost this socket.',
  recovery: '`{}`: the nodes share this socket; from here on it may come back to any of them as itself.',
  latency: '`{ms}`: round trip as the gateway measured it; may be lost.',
} as const

/** Payloads with names of their own, `barge-in:ack` beside the field of `interrupted`. */
export interface BargeInAck {
  /** What was heard of the reply; null if nothing was being said. */
  readonly heard: Extract<ServerMessage, { type: 'interrupted' }>['heard']
  /** Whether the caller asked for it (a button), or spoke. */
  readonly by: 'command' | 'voice'
}

export interface CallEnded {
  readonly session: string | null
  /** A word: the reason a session gives, or the code of an error. */
  readonly reason: string
  /** Whether `authenticate` with the `sessionId` brings the conversation back for a while. */
  readonly resumable: boolean
}
