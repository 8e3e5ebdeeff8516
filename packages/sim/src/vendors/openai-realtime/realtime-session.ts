/** One socket of the simulated Realtime server, from `session.created` to its close. */

import type { SimTemper } from '../sim-pace.js'
import type { SimSocket } from '../sim-socket.js'
import { rateOf } from './audio-format.js'
import { clientEvents } from './client-events.js'
import { conversation } from './conversation.js'
import { isFields, textOf } from './fields.js'
import { inputBuffer } from './input-buffer.js'
import { randomName } from './random-name.js'
import { expire, invalidRequest, invalidValue, type RealtimeFault, refuseKey } from './realtime-fault.js'
import type { RealtimePeer } from './realtime-peer.js'
import type { RealtimeSimOptions } from './realtime-sim.js'
import { realtimeDefaults, transcriptionDefaults } from './session-settings.js'
import { userTurns } from './user-turns.js'

export const HOUR_MS = 3_600_000

export function serveRealtime(
  socket: SimSocket,
  options: RealtimeSimOptions,
  { temper, isKeyGood }: { readonly temper: SimTemper; readonly isKeyGood: boolean },
): void {
  const peer = realtimePeer(socket, options, temper)
  const beta = socket.request.headers['openai-beta']
  if (beta !== undefined) {
    peer.refuse(invalidRequest('beta_api_shape_disabled', 'The Realtime Beta API is no longer supported.'))
    return socket.close(4000, 'invalid_request_error.beta_api_shape_disabled')
  }
  if (!isKeyGood) return refuseKey(peer)
  const turns = userTurns(peer)
  const cancel = options.clock.after(peer.sessionMs, () => expire(peer))
  socket.signal.addEventListener('abort', cancel, { once: true })
  peer.emit('session.created', { session: peer.settings })

  socket.raw.on('message', (data: Buffer, isBinary: boolean) => {
    if (socket.signal.aborted) return
    const event = isBinary ? undefined : parsed(data.toString('utf8'))
    if (!isFields(event)) return peer.refuse(invalidRequest('invalid_event', 'The event is no JSON object.'))
    socket.receive(event)
    const eventId = textOf(event.event_id)
    const type = textOf(event.type)
    const handle = type === undefined ? undefined : clientEvents[type]
    const fault: RealtimeFault | undefined =
      handle === undefined
        ? invalidValue('type', `Invalid value: '${String(event.type)}'.`)
        : handle(event, peer, turns)
    if (fault !== undefined) peer.refuse(fault, eventId, isRace(fault))
  })
}

/** Refusals that a client which does all right may get, as events cross on the wire. */
function isRace({ code }: RealtimeFault): boolean {
  return code === 'response_cancel_not_active'
}

function realtimePeer(socket: SimSocket, options: RealtimeSimOptions, temper: SimTemper): RealtimePeer {
  const sessionMs = options.sessionMs ?? HOUR_MS
  const newId = (prefix: string) => `${prefix}_${randomName(options.random, 20)}`
  const query = socket.url.searchParams
  const expiresAt = Math.floor(((options.epochMs ?? Date.now)() + sessionMs) / 1000)
  const settings =
    query.get('intent') === 'transcription' && !query.has('model')
      ? transcriptionDefaults(newId('sess'), expiresAt)
      : realtimeDefaults(newId('sess'), query.get('model') ?? '', expiresAt)
  return {
    socket,
    temper,
    clock: options.clock,
    brains: options.brains,
    sessionMs,
    strayDeltas: options.strayDeltas ?? 1,
    quirks: options.quirks ?? {},
    settings,
    hasSpoken: false,
    conversation: conversation(),
    conversationId: newId('conv'),
    input: inputBuffer(rateOf(settings.audio.input.format)),
    responses: new Map(),
    afterResponse() {},
    newId,
    emit(type, fields) {
      socket.send({ event_id: newId('event'), type, ...fields })
    },
    refuse(fault, eventId, blameless = false) {
      if (!blameless) socket.complain(`${fault.code}: ${fault.message}`)
      const error = { ...fault, param: fault.param ?? null, event_id: eventId ?? null }
      this.emit('error', { error })
    },
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
