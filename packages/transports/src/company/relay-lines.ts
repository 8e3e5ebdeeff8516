/**
 * The lines of devices between this node and others. Packets of a line are counted: a gap, a node that says nothing for
 * too long, or a bus that takes nothing ends it on both sides. Beats only while there are lines.
 */
import type { Cancel, Clock } from '@parley/core'
import type { FarDevice } from './far-device.js'
import type { FarLine } from './far-line.js'
import { type DownPacket, type LinePacket, type Packet, type UpPacket, writePacket } from './relay-packet.js'

/** How nodes hear each other: at most once, in order between two of them. */
export interface RelayBus {
  listen(channel: string, hear: (bytes: Uint8Array) => void): Promise<void>
  /** False where it was not taken. */
  tell(channel: string, bytes: Uint8Array): boolean
}

export type SendPacket = (packet: UpPacket | DownPacket, sound?: Int16Array) => void

export interface RelayLine {
  readonly id: string
  /** The node at its other end. */
  readonly peer: string
  readonly end: FarDevice | FarLine
  readonly send: SendPacket
  sent: number
  heard: number
  /** Of a device that waits for its seat. */
  seated?: (packet: Extract<DownPacket, { t: 'seated' | 'unseated' }>) => void
}

export interface RelayLines {
  readonly size: number
  has(id: string): boolean
  /** Devices of this node in sessions of others. */
  readonly devices: readonly FarDevice[]
  open(
    id: string,
    peer: string,
    make: (link: { send: SendPacket; over(): void }) => RelayLine['end'],
  ): RelayLine
  /** Ends it here and says nothing to its end. */
  forget(id: string): void
  /** Says something to one node beside all lines. False where it was not taken. */
  post(peer: string, packet: Packet): boolean
  /** A packet of a line, or about lines. */
  take(packet: LinePacket | Extract<Packet, { t: 'alive' | 'gone' }>, sound: Int16Array): void
  /** Something was heard of the node. */
  heard(peer: string): void
  breakAll(): void
}

export interface RelayLinesOptions {
  readonly bus: Pick<RelayBus, 'tell'>
  readonly node: string
  readonly clock: Clock
}

const ALIVE_MS = 2_000
/** A node that said nothing for so long is gone, ms. */
const SILENT_MS = 3 * ALIVE_MS

/** The channel on which one node hears what is for it alone. */
export const channelOf = (node: string) => `company:${node}`

export function createRelayLines({ bus, node, clock }: RelayLinesOptions): RelayLines {
  const lines = new Map<string, RelayLine>()
  const heardAtMs = new Map<string, number>()
  let stopBeat: Cancel | undefined

  const post = (peer: string, packet: Packet, sound?: Int16Array) =>
    bus.tell(channelOf(peer), writePacket(packet, sound))

  function forget(id: string): void {
    lines.delete(id)
    if (lines.size > 0) return
    stopBeat?.()
    stopBeat = undefined
    heardAtMs.clear()
  }

  function broken(line: RelayLine): void {
    if (lines.get(line.id) !== line) return
    forget(line.id)
    line.end.lost()
  }

  function beat(): void {
    stopBeat = undefined
    const byPeer = new Map<string, RelayLine[]>()
    for (const line of lines.values()) byPeer.set(line.peer, [...(byPeer.get(line.peer) ?? []), line])
    for (const [peer, shared] of byPeer) {
      const silentMs = clock.now() - (heardAtMs.get(peer) ?? 0)
      if (silentMs >= SILENT_MS) for (const line of shared) broken(line)
      else post(peer, { from: node, t: 'alive', lines: shared.map(({ id }) => id) })
    }
    if (lines.size > 0) stopBeat ??= clock.after(ALIVE_MS, beat)
  }

  function gone(peer: string, line: string): void {
    post(peer, { from: node, t: 'gone', line })
  }

  function takeOfLine(packet: LinePacket, sound: Int16Array): void {
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

  return {
    get size() {
      return lines.size
    },
    get devices() {
      return [...lines.values()].flatMap(({ end }) => ('seat' in end ? [end] : []))
    },
    has: id => lines.has(id),
    open(id, peer, make) {
      const send: SendPacket = (packet, sound) => {
        if (lines.get(id) !== line) return
        const counted = { from: node, line: id, n: line.sent++, ...packet } as LinePacket
        // What was not taken is missing at the other end. Not from within what a session is doing.
        if (!post(peer, counted, sound)) clock.after(0, () => broken(line))
      }
      const line: RelayLine = {
        ...{ id, peer, send, sent: 0, heard: 0 },
        end: make({ send, over: () => forget(id) }),
      }
      lines.set(id, line)
      heardAtMs.set(peer, clock.now())
      stopBeat ??= clock.after(ALIVE_MS, beat)
      return line
    },
    forget,
    post: (peer, packet) => post(peer, packet),
    heard(peer) {
      if (heardAtMs.has(peer)) heardAtMs.set(peer, clock.now())
    },
    take(packet, sound) {
      if ('n' in packet) return takeOfLine(packet, sound)
      if (packet.t === 'alive') {
        for (const line of packet.lines) if (!lines.has(line)) gone(packet.from, line)
        return
      }
      const line = lines.get(packet.line)
      if (line?.peer === packet.from) broken(line)
    },
    breakAll() {
      for (const line of [...lines.values()]) broken(line)
    },
  }
}
