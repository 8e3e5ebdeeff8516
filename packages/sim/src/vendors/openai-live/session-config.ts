/** What the vendor refuses in the session of `session.start` and `session.update`, and the formats of sound it takes. */

import { decodeAlaw, decodeUlaw, encodeAlaw, encodeUlaw } from '@parley/audio'
import { type Fields, isFields } from '../openai-realtime/fields.js'
import { invalid, type LiveFault } from './live-peer.js'

export interface LiveFormat {
  readonly type: 'audio/pcm' | 'audio/pcmu' | 'audio/pcma'
  readonly rate: number
}

const known = {
  session: ['model', 'instructions', 'audio', 'delegation', 'input', 'store', 'triggers', 'client'],
  update: ['delegation', 'triggers'],
  audio: ['format', 'output'],
  format: ['type', 'rate'],
  output: ['voice'],
  client: ['type', 'acknowledgement_delay_ms'],
} as const

const voices = new Set(
  `alloy ash ballad beacon bossa cedar cinder coral delta echo gleam marin meridian quartz ripple sage shida shimmer stone
  tempo verse vesper willow`.split(/\s+/),
)
const partTypes: Readonly<Record<string, readonly string[]>> = {
  user: ['input_text'],
  developer: ['input_text'],
  assistant: ['output_text', 'text'],
}
/** Messages that a session may begin with. */
const MAX_INPUT = 128

/** The first field that is not known. */
export function stranger(fields: Fields, allowed: readonly string[], path: string): LiveFault | undefined {
  const found = Object.keys(fields).find(key => !allowed.includes(key))
  if (found === undefined) return undefined
  const param = path === '' ? found : `${path}.${found}`
  return invalid('unknown_parameter', `Unknown parameter: '${param}'.`, param)
}

export function checkStart(session: unknown): LiveFault | undefined {
  if (!isFields(session))
    return invalid('missing_required_parameter', "Missing required parameter: 'session'.", 'session')
  if (typeof session.model !== 'string' || session.model === '')
    return invalid(
      'missing_required_parameter',
      "Missing required parameter: 'session.model'.",
      'session.model',
    )
  const audio = isFields(session.audio) ? session.audio : {}
  return (
    stranger(session, known.session, 'session') ??
    stranger(audio, known.audio, 'session.audio') ??
    checkFormat(audio.format) ??
    checkVoice(audio.output) ??
    checkDelegation(session.delegation) ??
    checkInput(session.input)
  )
}

export function checkUpdate(session: unknown): LiveFault | undefined {
  if (!isFields(session))
    return invalid('missing_required_parameter', "Missing required parameter: 'session'.", 'session')
  return stranger(session, known.update, 'session') ?? checkDelegation(session.delegation)
}

function checkFormat(format: unknown): LiveFault | undefined {
  if (format === undefined) return undefined
  const path = 'session.audio.format'
  const { type, rate } = isFields(format) ? format : {}
  const rates =
    type === 'audio/pcm' ? [16_000, 24_000] : type === 'audio/pcmu' || type === 'audio/pcma' ? [8_000] : []
  if (!rates.includes(Number(rate)))
    return invalid('invalid_value', 'The audio format is not supported.', path)
  return stranger(format as Fields, known.format, path)
}

function checkVoice(output: unknown): LiveFault | undefined {
  if (!isFields(output)) return undefined
  const { voice } = output
  const path = 'session.audio.output'
  const isKnown =
    voice === undefined || (typeof voice === 'string' ? voices.has(voice) : isFields(voice) && 'id' in voice)
  return isKnown
    ? stranger(output, known.output, path)
    : invalid('invalid_value', 'Unknown voice.', `${path}.voice`)
}

function checkDelegation(delegation: unknown): LiveFault | undefined {
  if (!isFields(delegation)) return undefined
  const path = 'session.delegation'
  if (delegation.type !== 'client')
    return invalid('invalid_value', 'This simulation delegates to the client only.', `${path}.type`)
  return stranger(delegation, known.client, path)
}

function checkInput(input: unknown): LiveFault | undefined {
  if (input === undefined) return undefined
  if (!Array.isArray(input) || input.length > MAX_INPUT)
    return invalid('invalid_value', `At most ${MAX_INPUT} messages.`, 'session.input')
  for (const [at, item] of input.entries()) {
    const param = `session.input[${at}]`
    const parts: readonly unknown[] = isFields(item) && Array.isArray(item.content) ? item.content : []
    const types = partTypes[isFields(item) ? String(item.role) : '']
    if (types === undefined) return invalid('invalid_value', 'Unknown role.', `${param}.role`)
    const [part] = parts
    if (
      parts.length !== 1 ||
      !isFields(part) ||
      typeof part.text !== 'string' ||
      !types.includes(String(part.type ?? types[0]))
    )
      return invalid('invalid_value', 'A message has one part, of text.', `${param}.content`)
  }
  return undefined
}

export function formatOf(session: Fields): LiveFormat {
  const audio = isFields(session.audio) ? session.audio : {}
  return isFields(audio.format)
    ? { type: audio.format.type as LiveFormat['type'], rate: Number(audio.format.rate) }
    : { type: 'audio/pcm', rate: 24_000 }
}

export function encodeSound(samples: Int16Array, { type }: LiveFormat): string {
  if (type === 'audio/pcmu') return Buffer.from(encodeUlaw(samples)).toString('base64')
  if (type === 'audio/pcma') return Buffer.from(encodeAlaw(samples)).toString('base64')
  const bytes = Buffer.alloc(samples.length * 2)
  for (let at = 0; at < samples.length; at++) bytes.writeInt16LE(samples[at] ?? 0, at * 2)
  return bytes.toString('base64')
}

/** Undefined where it is no base64 or not of whole samples. */
export function decodeSound(base64: unknown, { type }: LiveFormat): Int16Array | undefined {
  if (typeof base64 !== 'string' || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) return undefined
  const bytes = Buffer.from(base64, 'base64')
  if (type === 'audio/pcmu') return decodeUlaw(bytes)
  if (type === 'audio/pcma') return decodeAlaw(bytes)
  if (bytes.length % 2 !== 0) return undefined
  const samples = new Int16Array(bytes.length / 2)
  for (let at = 0; at < samples.length; at++) samples[at] = bytes.readInt16LE(at * 2)
  return samples
}
