/** What a client may send once its session stands, and what comes of it. */

import { type Fields, isFields, textOf } from '../openai-realtime/fields.js'
import type { LiveMind } from './live-mind.js'
import { invalid, type LiveFault, type LivePeer } from './live-peer.js'
import { checkUpdate, decodeSound, stranger } from './session-config.js'

export interface LiveWorld {
  readonly peer: LivePeer
  readonly mind: LiveMind
  isMuted: boolean
  /** Runs once sound has come: the vendor acknowledges nothing before. */
  withSound(run: () => void): void
}

type Handler = (event: Fields, world: LiveWorld) => LiveFault | undefined

/** Tokens of one append, as far as characters tell. */
const MAX_TOKENS = 500

const heads = ['type', 'event_id']

/** Checks an append of context, acknowledges it, and does with it what `use` says. */
function context(type: string, use: (text: string, world: LiveWorld) => void): Handler {
  return (event, world) => {
    const strange = stranger(event, [...heads, 'content', 'delegation_id'], '')
    if (strange !== undefined) return strange
    const content = textOf(event.content)
    if (content === undefined)
      return invalid('missing_required_parameter', "Missing required parameter: 'content'.", 'content')
    if (Math.ceil(Buffer.byteLength(content) / 4) > MAX_TOKENS)
      return invalid('string_above_max_length', `At most ${MAX_TOKENS} tokens.`, 'content')
    const { delegation_id: delegation } = event
    if (delegation === undefined)
      return invalid(
        'missing_required_parameter',
        "Missing required parameter: 'delegation_id'.",
        'delegation_id',
      )
    if (delegation !== null && !world.peer.delegations.has(String(delegation)))
      return invalid('invalid_value', `There is no delegation '${String(delegation)}'.`, 'delegation_id')
    world.withSound(() => {
      const atMs = world.peer.nowMs()
      world.peer.emit(`${type}.appended`, { start_ms: atMs, end_ms: atMs, ...answered(event) })
      use(content, world)
    })
    return undefined
  }
}

function mute(isMuted: boolean): Handler {
  return (event, world) => {
    const strange = stranger(event, heads, '')
    if (strange !== undefined) return strange
    world.isMuted = isMuted
    world.peer.emit(`session.input_audio.${isMuted ? 'muted' : 'unmuted'}`, answered(event))
    return undefined
  }
}

export const clientEvents: Readonly<Record<string, Handler>> = {
  'session.input_audio.append'(event, world) {
    const strange = stranger(event, [...heads, 'audio'], '')
    if (strange !== undefined) return strange
    const samples = decodeSound(event.audio, world.peer.format)
    if (samples === undefined)
      return invalid('invalid_value', 'The audio is no base64 of whole samples.', 'audio')
    world.mind.hear(world.isMuted ? new Int16Array(samples.length) : samples)
    return undefined
  },
  'session.input_audio.mute': mute(true),
  'session.input_audio.unmute': mute(false),
  'session.instructions.append': context(
    'session.instructions',
    (text, { peer }) => void peer.instructions.push(text),
  ),
  'session.thinking.append': context(
    'session.thinking',
    (text, { peer }) => void peer.instructions.push(`(${text})`),
  ),
  'session.commentary.append': context('session.commentary', (text, { mind }) => mind.tell(text)),
  'session.update'(event, { peer }) {
    const fault = stranger(event, [...heads, 'session'], '') ?? checkUpdate(event.session)
    if (fault !== undefined) return fault
    peer.resource = { ...peer.resource, ...(event.session as Fields) }
    peer.emit('session.updated', { session: peer.resource, ...answered(event) })
    return undefined
  },
  'session.close'(event, { peer }) {
    const strange = stranger(event, heads, '')
    if (strange === undefined) peer.end('close_requested', textOf(event.event_id))
    return strange
  },
  'response.item.create': () => invalid('invalid_request_error', 'The session delegates to its client.'),
  'response.create': () => invalid('invalid_request_error', 'The session delegates to its client.'),
}

export function answered(event: Fields): { client_event_id?: string } {
  return isFields(event) && typeof event.event_id === 'string' ? { client_event_id: event.event_id } : {}
}
