/** One socket of the simulated Live server, from the first message to `session.closed`. */

import { type Fields, isFields, textOf } from '../openai-realtime/fields.js'
import { randomName } from '../openai-realtime/random-name.js'
import type { SimTemper } from '../sim-pace.js'
import type { SimSocket } from '../sim-socket.js'
import { answered, clientEvents, type LiveWorld } from './client-events.js'
import { liveMind } from './live-mind.js'
import { invalid, type LiveFault, type LivePeer } from './live-peer.js'
import type { LiveSimOptions } from './live-sim.js'
import { checkStart, formatOf, stranger } from './session-config.js'

const HOUR_MS = 3_600_000
const USAGE_EVERY_MS = 15_000

export function serveLive(socket: SimSocket, options: LiveSimOptions, temper: SimTemper): void {
  const newId = (prefix: string) => `${prefix}_${randomName(options.random, 20)}`
  let world: LiveWorld | undefined
  let waiting: (() => void)[] | undefined = []

  function emit(type: string, fields: Fields): void {
    socket.send({ type, event_id: newId('event'), ...fields })
  }

  function refuse(fault: LiveFault, eventId?: string, blameless = false): void {
    if (!blameless) socket.complain(`${fault.code}: ${fault.message}`)
    emit('error', { error: { ...fault, ...(eventId === undefined ? {} : { client_event_id: eventId }) } })
  }

  function start(event: Fields): LiveFault | undefined {
    if (event.type !== 'session.start')
      return invalid('session_not_started', "The first event must be 'session.start'.", 'type')
    const fault = stranger(event, ['type', 'event_id', 'session'], '') ?? checkStart(event.session)
    if (fault !== undefined) return fault
    const struck = temper.behaviour.fault?.stage === 'first' ? temper.strike('first') : undefined
    if (struck?.kind === 'hang') return undefined
    const peer = livePeer(event.session as Fields, { socket, options, temper, emit, refuse, newId })
    if (struck !== undefined) {
      peer.strike(struck)
      return undefined
    }
    world = {
      peer,
      mind: liveMind(peer),
      isMuted: false,
      withSound: run => (waiting === undefined ? run() : void waiting.push(run)),
    }
    emit('session.started', { session: peer.resource, ...answered(event) })
    return undefined
  }

  socket.raw.on('message', (data: Buffer, isBinary: boolean) => {
    if (socket.signal.aborted) return
    const event = isBinary ? undefined : parsed(data.toString('utf8'))
    if (!isFields(event)) return refuse(invalid('invalid_event', 'The event is no JSON object.'))
    socket.receive(event)
    const fault = world === undefined ? start(event) : handle(event, world)
    if (fault !== undefined) refuse(fault, textOf(event.event_id))
    if (event.type !== 'session.input_audio.append' || waiting === undefined || world === undefined) return
    const runs = waiting
    waiting = undefined
    for (const run of runs) run()
  })
}

function handle(event: Fields, world: LiveWorld): LiveFault | undefined {
  const handler = clientEvents[String(event.type)]
  if (handler !== undefined) return handler(event, world)
  const names = Object.keys(clientEvents).join(', ')
  return invalid(
    'invalid_value',
    `Invalid value: '${String(event.type)}'. Supported values are: ${names}.`,
    'type',
  )
}

interface PeerWorld extends Pick<LivePeer, 'socket' | 'temper' | 'emit' | 'refuse' | 'newId'> {
  readonly options: LiveSimOptions
}

function livePeer(session: Fields, { options, ...world }: PeerWorld): LivePeer {
  const { clock, brains } = options
  const { socket, emit, refuse, newId } = world
  const sessionMs = options.liveSessionMs ?? HOUR_MS
  const startedAtMs = clock.now()
  const nowMs = () => clock.now() - startedAtMs
  const usage = () => ({ seconds: Math.round(nowMs()) / 1000 })
  const input = Array.isArray(session.input) ? session.input : []

  const peer: LivePeer = {
    ...world,
    clock,
    brains,
    strayDeltas: options.strayDeltas ?? 0,
    yieldAfterMs: options.yieldAfterMs ?? 400,
    resource: {
      audio: { format: formatOf(session), output: { voice: 'marin' } },
      delegation: { type: 'client', acknowledgement_delay_ms: 0 },
      ...session,
      id: newId('live'),
      expires_at: Math.floor(((options.epochMs ?? Date.now)() + sessionMs) / 1000),
      status: 'active',
    },
    format: formatOf(session),
    instructions: [
      textOf(session.instructions) ?? '',
      ...input.filter(({ role }) => role === 'developer').map(textIn),
    ],
    messages: input.flatMap(item =>
      item.role === 'user' || item.role === 'assistant' ? [{ role: item.role, text: textIn(item) }] : [],
    ),
    delegations: new Set(),
    nowMs,
    end(reason, eventId) {
      const about = eventId === undefined ? {} : { client_event_id: eventId }
      emit('session.closed', { reason, session: this.resource, usage: usage(), ...about })
      socket.close(1000)
    },
    strike(fault) {
      if (socket.fail(fault)) return
      if (fault.kind === 'expired') return this.end('expired')
      const limited = {
        type: 'requests',
        code: 'rate_limit_exceeded',
        message: 'Rate limit reached for requests.',
      }
      const failing = { type: 'server_error', code: 'server_error', message: 'The server had an error.' }
      if (fault.kind !== 'unauthorised')
        return refuse(fault.kind === 'limited' ? limited : failing, undefined, true)
      refuse(invalid('invalid_api_key', 'Incorrect API key provided.'), undefined, true)
      socket.close(3000, 'invalid_request_error.invalid_api_key')
    },
  }
  const cancelEnd = clock.after(sessionMs, () => peer.end('expired'))
  let cancelUsage = clock.after(USAGE_EVERY_MS, tellUsage)
  function tellUsage(): void {
    emit('session.usage.updated', { usage: usage(), context_window: { usage_ratio: 0 } })
    cancelUsage = clock.after(USAGE_EVERY_MS, tellUsage)
  }
  socket.signal.addEventListener('abort', () => {
    cancelEnd()
    cancelUsage()
  })
  return peer
}

function textIn(item: { readonly content: readonly [{ readonly text: string }] }): string {
  return item.content[0].text
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
