/**
 * Devices of one node in conversations of another. A session is looked for by asking all nodes, so that it costs nothing
 * until somebody asks; then two streams go between the two nodes, by packets that are counted. What is lost on the way,
 * or a node that falls silent, ends the lines between them: a device comes back by joining again, never half.
 */
import {
  type Cancel,
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
import {
  type DownPacket,
  type LinePacket,
  type Packet,
  readPacket,
  type UpPacket,
  writePacket,
} from './relay-packet.js'

/** How nodes hear each other: at most once, in order between two of them. */
export interface RelayBus {
  listen(channel: string, hear: (bytes: Uint8Array) => void): Promise<void>
  /** False where it was not taken. */
  tell(channel: string, bytes: Uint8Array): boolean
}

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

const EVERYBODY = 'company'
const channelOf = (node: string) => `company:${node}`
/** Longest wait for somebody who has the session, and for a seat in it, ms. */
const FIND_MS = 1_000
const SIT_MS = 3_000
const ALIVE_MS = 2_000
/** A node that said nothing for so long is gone, ms. */
const SILENT_MS = 3 * ALIVE_MS

interface Line {
  readonly id: string
  readonly peer: string
  readonly end: FarDevice | FarLine
  sent: number
  heard: number
  /** Of a device that waits for its seat. */
  seated?: (packet: Extract<DownPacket, { t: 'seated' | 'unseated' }>) => void
}

export function createCompanyRelay({ bus, node, home, clock, ids }: CompanyRelayOptions): CompanyRelay {
  const lines = new Map<string, Line>()
  const heardAtMs = new Map<string, number>()
  const asks = new Map<string, (packet: Extract<Packet, { t: 'found' | 'refused' }>) => void>()
  let stopBeat: Cancel | undefined
  let isClosed = false

  const post = (to: string, packet: Packet, sound?: Int16Array) => bus.tell(to, writePacket(packet, sound))

  function open(
    id: string,
    peer: string,
    make: (link: { send: SendPacket; over(): void }) => Line['end'],
  ): Line {
    let line: Line | undefined
    const end = make({
      send(packet, sound) {
        if (line === undefined || lines.get(id) !== line) return
        const whole = { from: node, line: id, n: line.sent++, ...packet } as LinePacket
        // Whatever does not get through is missing at the other end.
        if (!post(channelOf(peer), whole, sound)) later(() => line !== undefined && broken(line))
      },
      over: () => forget(id),
    })
    line = { id, peer, end, sent: 0, heard: 0 }
    lines.set(id, line)
    heardAtMs.set(peer, clock.now())
    stopBeat ??= clock.after(ALIVE_MS, beat)
    return line
  }

  /** Not from within what a session or a company is doing. */
  function later(run: () => void): void {
    clock.after(0, run)
  }

  function forget(id: string): void {
    lines.delete(id)
    if (lines.size > 0) return
    stopBeat?.()
    stopBeat = undefined
    heardAtMs.clear()
  }

  function broken(line: Line): void {
    if (lines.get(line.id) !== line) return
    forget(line.id)
    line.end.lost()
  }

  function beat(): void {
    stopBeat = undefined
    const byPeer = new Map<string, string[]>()
    for (const { id, peer } of lines.values()) byPeer.set(peer, [...(byPeer.get(peer) ?? []), id])
    for (const [peer, ids] of byPeer) {
      if (clock.now() - (heardAtMs.get(peer) ?? 0) >= SILENT_MS) {
        for (const id of ids) {
          const line = lines.get(id)
          if (line !== undefined) broken(line)
        }
      } else post(channelOf(peer), { from: node, t: 'alive', lines: ids })
    }
    if (lines.size > 0) stopBeat ??= clock.after(ALIVE_MS, beat)
  }

  function hear(bytes: Uint8Array): void {
    const read = readPacket(bytes)
    if (read === undefined || isClosed) return
    const { packet, sound } = read
    if (packet.from === node) return
    heardAtMs.set(packet.from, clock.now())
    if ('n' in packet) return takeOfLine(packet, sound)
    switch (packet.t) {
      case 'find':
        return void answer(packet)
      case 'found':
      case 'refused':
        asks.get(packet.ask)?.(packet)
        return
      case 'alive':
        for (const line of packet.lines) if (!lines.has(line)) gone(packet.from, line)
        return
      case 'gone': {
        const line = lines.get(packet.line)
        if (line?.peer === packet.from) broken(line)
        return
      }
      default:
        packet satisfies never
    }
  }

  function gone(peer: string, line: string): void {
    post(channelOf(peer), { from: node, t: 'gone', line })
  }

  function takeOfLine(packet: LinePacket, sound: Int16Array): void {
    if (packet.t === 'sit') return void seat(packet)
    const line = lines.get(packet.line)
    if (line === undefined || line.peer !== packet.from) {
      if (packet.t !== 'leave' && packet.t !== 'close') gone(packet.from, packet.line)
      return
    }
    if (packet.n !== line.heard) {
      gone(packet.from, packet.line)
      return broken(line)
    }
    line.heard += 1
    if (packet.t === 'seated' || packet.t === 'unseated') line.seated?.(packet)
    else (line.end.take as (packet: UpPacket | DownPacket, sound: Int16Array) => void)(packet, sound)
  }

  async function answer({ ask, from, join, principal }: Extract<Packet, { t: 'find' }>): Promise<void> {
    if (!home.has(join.session)) return
    try {
      const { outputRate } = await home.join({ join, principal, signal: never })
      post(channelOf(from), { from: node, t: 'found', ask, outputRate })
    } catch (thrown) {
      post(channelOf(from), { from: node, t: 'refused', ask, ...told(thrown) })
    }
  }

  async function seat(packet: LinePacket & { readonly t: 'sit' }): Promise<void> {
    const { line: id, from, join, principal } = packet
    if (lines.has(id)) return
    let far: FarLine | undefined
    let send: SendPacket = () => {}
    try {
      const place = await home.join({ join, principal, signal: never })
      const { outputRate } = place
      const line = open(id, from, link => {
        send = link.send
        far = createFarLine({ asked: packet, outputRate, ...link })
        return far
      })
      line.heard = 1
      const made = far as FarLine | undefined
      if (made === undefined) return
      const { transport } = made.line
      const request = { hello: FAR_HELLO, principal, transport, line: made.line, signal: never }
      const { seat: taken, ...opened } = await place.sit(request)
      if (taken === undefined) throw noSuchSession()
      send({ t: 'seated', opened, id: taken.id, role: taken.role })
      made.sit(taken)
    } catch (thrown) {
      const refusal = { t: 'unseated', ...told(thrown) } as const
      if (lines.has(id)) send(refusal)
      else post(channelOf(from), { from: node, line: id, n: 0, ...refusal })
      forget(id)
    }
  }

  function find({
    join,
    principal,
    signal,
  }: VoiceJoinRequest): Promise<{ node: string; outputRate: number }> {
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
      asks.set(ask, packet =>
        done(() =>
          packet.t === 'found'
            ? resolve({ node: packet.from, outputRate: packet.outputRate })
            : reject(errorOf(packet)),
        ),
      )
      if (!post(EVERYBODY, { from: node, t: 'find', ask, join, principal: named(principal) }))
        done(() => reject(noSuchSession()))
    })
  }

  function sit(
    {
      join,
      principal,
      peer,
      outputRate,
    }: VoiceJoinRequest & { readonly peer: string; readonly outputRate: number },
    { line: device, begins }: Parameters<JoinPlace['sit']>[0],
  ): Promise<OpenedSession> {
    return new Promise((resolve, reject) => {
      let far: FarDevice | undefined
      let send: SendPacket = () => {}
      const line = open(ids.next('tok'), peer, link => {
        send = link.send
        far = createFarDevice({ line: device, outputRate, ...link })
        return far
      })
      const stop = clock.after(SIT_MS, () => {
        send({ t: 'leave' })
        forget(line.id)
        reject(new ParleyError('timeout', 'The node of this conversation did not answer; join again.'))
      })
      line.seated = packet => {
        stop()
        if (packet.t === 'unseated') {
          forget(line.id)
          return reject(errorOf(packet))
        }
        // How somebody speaks is told on the session's own node: whoever asked for it here is told that.
        begins?.(packet.opened.session as SessionId)
        if (far !== undefined)
          resolve({ ...packet.opened, resumeToken: '', seat: far.seat(packet.id, packet.role) })
      }
      const { aheadMs, pathMs, reportsPlayed } = device.transport
      const name = device.name === undefined ? {} : { name: device.name }
      send({ t: 'sit', join, principal: named(principal), ...name, aheadMs, pathMs, reportsPlayed })
    })
  }

  const ready = Promise.all([bus.listen(EVERYBODY, hear), bus.listen(channelOf(node), hear)]).then(() => {})

  return {
    ready,
    get lines() {
      return lines.size
    },
    async join(request) {
      const { node: peer, outputRate } = await find(request)
      return { outputRate, sit: seatRequest => sit({ ...request, peer, outputRate }, seatRequest) }
    },
    drain() {
      for (const { end } of [...lines.values()])
        if ('seat' in end) end.take({ t: 'close', reason: 'draining' }, NO_SOUND)
    },
    close() {
      isClosed = true
      for (const line of [...lines.values()]) broken(line)
    },
  }
}

type SendPacket = (packet: UpPacket | DownPacket, sound?: Int16Array) => void

const NO_SOUND = new Int16Array(0)
const never = new AbortController().signal
/** Of a device whose hello was read elsewhere. */
const FAR_HELLO = {
  type: 'hello',
  version: 1,
  input: { codec: 'pcm16', sampleRate: 16_000 },
  output: { codec: 'pcm16', sampleRate: 24_000 },
  reportsPlayed: false,
} as const

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
