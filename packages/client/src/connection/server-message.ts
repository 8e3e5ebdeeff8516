/**
 * Reads what the gateway sends. The gateway's schemas live in the protocol package; here, to spare pages a schema
 * library, only the fields this client relies on are looked at. A message of an unknown type is passed over: a newer
 * gateway may send more.
 */
import type { ServerMessage } from '@parley/protocol'

type FieldKind = 'string' | 'number' | 'boolean' | 'object' | 'list' | 'rows'
type Fields = Readonly<Record<string, FieldKind>>

const turn = { turn: 'string' } as const
const reply = { reply: 'string' } as const

const fieldsOf: Readonly<Record<ServerMessage['type'], Fields>> = {
  ready: { session: 'string', resumeToken: 'string', resumed: 'boolean', output: 'object' },
  encrypted: { key: 'string', identity: 'string', signature: 'string' },
  pong: { id: 'number' },
  error: { code: 'string', message: 'string', fatal: 'boolean' },
  devices: { devices: 'list' },
  role: { role: 'string' },
  history: { truncated: 'boolean', entries: 'rows' },
  recording: { state: 'string' },
  'audio-begin': { ...reply, fromMs: 'number' },
  clear: reply,
  duck: { on: 'boolean' },
  interrupted: {},
  draining: { resumeToken: 'string' },
  'session-started': { session: 'string' },
  'floor-changed': { floor: 'string' },
  'speech-started': turn,
  'speech-ended': turn,
  'transcript-partial': { ...turn, text: 'string' },
  'transcript-final': { ...turn, text: 'string' },
  'turn-committed': turn,
  'turn-reopened': turn,
  'reply-prepared': { ...turn, ...reply },
  'reply-discarded': { ...turn, ...reply },
  'reply-started': { ...turn, ...reply },
  'reply-words': { ...reply, text: 'string', untilMs: 'number' },
  'reply-sent': { ...reply, totalMs: 'number' },
  'reply-ended': { ...turn, ...reply, said: 'string', heard: 'object', interrupted: 'boolean' },
  ducked: reply,
  resumed: reply,
  judged: { ...reply, ruling: 'string' },
  dtmf: { digit: 'string' },
  filler: { ...reply, text: 'string' },
  recovered: { floor: 'string' },
  ledger: { ...turn, ...reply, ledger: 'object' },
  note: {},
  warning: { code: 'string', message: 'string' },
  prosody: { side: 'string', heardAtMs: 'number', frames: 'list' },
  visemes: { ...reply, heardAtMs: 'number', cues: 'list' },
  utterance: { side: 'string', utterance: 'object' },
  cleared: { ...reply, heardMs: 'number' },
  'session-ended': { reason: 'string' },
}

export type Reading =
  | { readonly kind: 'message'; readonly message: ServerMessage }
  | { readonly kind: 'unknown'; readonly type: string }
  | { readonly kind: 'bad'; readonly reason: string }

/** Reads one text message. Never throws. */
export function readServerMessage(text: string): Reading {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'bad', reason: 'not JSON' }
  }
  const type = isRecord(value) ? value.type : undefined
  if (!isRecord(value) || typeof type !== 'string') return { kind: 'bad', reason: 'no type' }
  if (!Object.hasOwn(fieldsOf, type)) return { kind: 'unknown', type }
  for (const [field, kind] of Object.entries(fieldsOf[type as ServerMessage['type']])) {
    if (!fits(value[field], kind)) return { kind: 'bad', reason: `${type}.${field} is not a ${kind}` }
  }
  return { kind: 'message', message: value as unknown as ServerMessage }
}

function fits(value: unknown, kind: FieldKind): boolean {
  if (kind === 'object') return isRecord(value)
  if (kind === 'list') return fits(value, 'rows') && (value as unknown[]).length > 0
  if (kind === 'rows') return Array.isArray(value) && value.every(isRecord)
  if (typeof value !== kind) return false
  return kind !== 'number' || Number.isFinite(value)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
