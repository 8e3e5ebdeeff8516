/**
 * Devices of one node in conversations of another. A session is looked for by asking all nodes, so that it costs nothing
 * until somebody asks; then two streams go between the two nodes (`relay-lines`). What breaks between them is a line that
 * broke: a device comes back by joining again, never half.
 */
import {
  type Clock,
  defined,
  type ErrorCode,
  errorCodes,
  type Ids,
  ParleyError,
  type SessionId,
} from '@parley/core'
import type {
  JoinPlace,
  OpenedSession,
  VoiceHost,
  VoiceJoinRequest,
  VoicePrincipal,
} from '../ws/voice-host.js'
import { noSuchSession } from './device-rights.js'
import { createFarDevice, type FarDevice } from './far-device.js'
import { createFarLine, type FarLine } from './far-line.js'
import { channelOf, createRelayLines, type RelayBus, type RelayLine } from './relay-lines.js'
import { type LinePacket, type Packet, readPacket, writePacket } from './relay-packet.js'

export interface CompanyRelayOptions {
  readonly bus: RelayBus
  /** Name of this node among all. */
  readonly node: string
  /** The sessions of this node. */
  readonly home: { join: NonNullable<VoiceHost['join']>; has(session: string): boolean }
  readonly clock: Clock
  readonly ids: Ids
}

export interface CompanyRelay {
  /** Resolves once this node is heard by the others. */
  readonly ready: Promise<void>
  /** A place in a session of another node. Throws `not_found` where nobody has it, and what its node refuses. */
  join(request: VoiceJoinRequest): Promise<JoinPlace>
  /** Lines between this node and others. */
  readonly lines: number
  /** This node leaves: its devices are sent to others, `draining`. */
  drain(): void
  close(): void
}

interface FarPlace extends VoiceJoinRequest {
  /** The node that has the session. */
  readonly peer: string
  readonly outputRate: number
}

type Answer = Extract<Packet, { t: 'found' | 'refused' }>

const EVERYBODY = 'company'
/** Longest wait for somebody who has the session, and for a seat in it, ms. */
const FIND_MS = 1_000
const SIT_MS = 3_000
const NO_SOUND = new Int16Array(0)
const never = new AbortController().signal
/** Of a device whose hello was read elsewhere. */
const FAR_HELLO = {
  ...({ type: 'hello', version: 1, reportsPlayed: false } as const),
  input: { codec: 'pcm16', sampleRate: 16_000 },
  output: { codec: 'pcm16', sampleRate: 24_000 },
} as const

export function createCompanyRelay({ bus, node, home, clock, ids }: CompanyRelayOptions): CompanyRelay {
  const lines = createRelayLines({ bus, node, clock })
  const asks = new Map<string, (answer: Answer) => void>()
  let isClosed = false

  function hear(bytes: Uint8Array): void {
    const read = readPacket(bytes)
    if (read === undefined || isClosed || read.packet.from === node) return
    const { packet, sound } = read
    lines.heard(packet.from)
    if ('n' in packet && packet.t === 'sit') return void seat(packet)
    if ('n' in packet || packet.t === 'alive' || packet.t === 'gone') return lines.take(packet, sound)
    if (packet.t === 'find') return void answer(packet)
    asks.get(packet.ask)?.(packet)
  }

  async function answer({ ask, from, join, principal }: Extract<Packet, { t: 'find' }>): Promise<void> {
    if (!home.has(join.session)) return
    try {
      const { outputRate } = await home.join({ join, principal, signal: never })
      lines.post(from, { from: node, t: 'found', ask, outputRate })
    } catch (thrown) {
      lines.post(from, { from: node, t: 'refused', ask, ...told(thrown) })
    }
  }

  /** A device of another node sits down in a session of this one. */
  async function seat(packet: LinePacket & { readonly t: 'sit' }): Promise<void> {
    const { line: id, from, join, principal } = packet
    if (lines.has(id)) return
    let line: RelayLine | undefined
    try {
      const place = await home.join({ join, principal, signal: never })
      const { outputRate } = place
      line = lines.open(id, from, link => createFarLine({ asked: packet, outputRate, ...link }))
      line.heard = 1
      const far = line.end as FarLine
      const { transport } = far.line
      const request = { hello: FAR_HELLO, principal, transport, line: far.line, signal: never }
      const { seat: taken, ...opened } = await place.sit(request)
      if (taken === undefined) throw noSuchSession()
      line.send({ t: 'seated', opened, id: taken.id, role: taken.role })
      far.sit(taken)
    } catch (thrown) {
      const refusal = { t: 'unseated', ...told(thrown) } as const
      if (line === undefined) lines.post(from, { from: node, line: id, n: 0, ...refusal })
      else line.send(refusal)
      lines.forget(id)
    }
  }

  function find({ join, principal, signal }: VoiceJoinRequest): Promise<Answer> {
    const ask = ids.next('tok')
    return new Promise((resolve, reject) => {
      const done = (run: () => void) => {
        stop()
        signal.removeEventListener('abort', abort)
        asks.delete(ask)
        run()
      }
      const abort = () => done(() => reject(new ParleyError('timeout', 'The socket closed.')))
      const stop = clock.after(FIND_MS, () => done(() => reject(noSuchSession())))
      signal.addEventListener('abort', abort, { once: true })
      asks.set(ask, found => done(() => resolve(found)))
      const question = { from: node, t: 'find', ask, join, principal: named(principal) } as const
      if (!bus.tell(EVERYBODY, writePacket(question))) done(() => reject(noSuchSession()))
    })
  }

  /** A device of this node sits down in a session of another. */
  function sit(
    { join, principal, peer, outputRate }: FarPlace,
    { line: device, begins }: Parameters<JoinPlace['sit']>[0],
  ): Promise<OpenedSession> {
    return new Promise((resolve, reject) => {
      const line = lines.open(ids.next('tok'), peer, link =>
        createFarDevice({ line: device, outputRate, ...link }),
      )
      const far = line.end as FarDevice
      const stop = clock.after(SIT_MS, () => {
        line.send({ t: 'leave' })
        lines.forget(line.id)
        reject(new ParleyError('timeout', 'The node of this conversation did not answer; join again.'))
      })
      line.seated = packet => {
        stop()
        if (packet.t === 'unseated') {
          lines.forget(line.id)
          return reject(errorOf(packet))
        }
        // How somebody speaks is told on the session's own node: whoever asked for it here is told that.
        begins?.(packet.opened.session as SessionId)
        resolve({ ...packet.opened, resumeToken: '', seat: far.seat(packet.id, packet.role) })
      }
      const { aheadMs, pathMs, reportsPlayed } = device.transport
      const { name } = device
      const facts = { ...defined({ name }), aheadMs, pathMs, reportsPlayed }
      line.send({ t: 'sit', join, principal: named(principal), ...facts })
    })
  }

  const ready = Promise.all([bus.listen(EVERYBODY, hear), bus.listen(channelOf(node), hear)]).then(() => {})

  return {
    ready,
    get lines() {
      return lines.size
    },
    async join(request) {
      const found = await find(request)
      if (found.t === 'refused') throw errorOf(found)
      const { from: peer, outputRate } = found
      return { outputRate, sit: seatRequest => sit({ ...request, peer, outputRate }, seatRequest) }
    },
    drain() {
      for (const device of lines.devices) device.take({ t: 'close', reason: 'draining' }, NO_SOUND)
    },
    close() {
      isClosed = true
      lines.breakAll()
    },
  }
}

/** What another node has to know of it, and no more. */
function named({ tenant, subject, scopes }: VoicePrincipal): VoicePrincipal {
  return { tenant, subject, ...defined({ scopes }) }
}

function told(thrown: unknown) {
  const { code, message } = ParleyError.from(thrown)
  return { code, message: code === 'internal' ? errorCodes.internal : message }
}

function errorOf({ code, message }: { readonly code: string; readonly message: string }): ParleyError {
  return new ParleyError(code in errorCodes ? (code as ErrorCode) : 'internal', message)
}
