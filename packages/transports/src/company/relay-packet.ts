/** What nodes say to each other about far devices: a header of JSON, and sound behind it as it is. */
import type { CloseReason, SessionEvent } from '@parley/core'
import type { DeviceRole, Hello } from '@parley/protocol'
import type { OpenedSession, VoicePrincipal } from '../ws/voice-host.js'
import type { CompanyMessage } from './device-line.js'

type Join = NonNullable<Hello['join']>

/** Of one line, told by the node that has the session. */
export type DownPacket =
  | {
      readonly t: 'seated'
      readonly opened: Omit<OpenedSession, 'seat'>
      readonly id: string
      readonly role: DeviceRole
    }
  | { readonly t: 'unseated'; readonly code: string; readonly message: string }
  | { readonly t: 'play'; readonly reply: string; readonly atMs: number }
  | { readonly t: 'clear'; readonly reply: string }
  | { readonly t: 'duck'; readonly on: boolean }
  | { readonly t: 'event'; readonly event: SessionEvent }
  | { readonly t: 'tell'; readonly message: CompanyMessage }
  /** The device is the leg. */
  | { readonly t: 'open' }
  | { readonly t: 'close'; readonly reason: CloseReason }

/** Of one line, told by the node that has the device. */
export type UpPacket =
  | {
      readonly t: 'sit'
      readonly join: Join
      readonly principal: VoicePrincipal
      readonly name?: string
      readonly aheadMs: number
      readonly pathMs: number
      readonly reportsPlayed: boolean
    }
  | { readonly t: 'text'; readonly text: string }
  | { readonly t: 'dtmf'; readonly digit: string }
  | { readonly t: 'consent'; readonly granted: boolean }
  | { readonly t: 'interrupt' | 'commit' | 'take-over' | 'leave' }
  | { readonly t: 'audio'; readonly rate: number; readonly atMs: number; readonly pathMs: number }
  | { readonly t: 'played'; readonly reply: string; readonly ms: number }
  | { readonly t: 'closed'; readonly reason: CloseReason }

export type Packet = { readonly from: string } /** To all nodes: who has this session? */ & (
  | { readonly t: 'find'; readonly ask: string; readonly join: Join; readonly principal: VoicePrincipal }
  | { readonly t: 'found'; readonly ask: string; readonly outputRate: number }
  | { readonly t: 'refused'; readonly ask: string; readonly code: string; readonly message: string }
  /** Which lines this node still has with that one. */
  | { readonly t: 'alive'; readonly lines: readonly string[] }
  /** There is no such line here. */
  | { readonly t: 'gone'; readonly line: string }
  /** `n` counts the packets of the line this way, from 0: a gap ends it. */
  | ({ readonly line: string; readonly n: number } & (UpPacket | DownPacket))
)

export type LinePacket = Extract<Packet, { n: number }>

const LENGTH_BYTES = 4

export function writePacket(packet: Packet, sound?: Int16Array): Uint8Array {
  const header = Buffer.from(JSON.stringify(packet))
  const soundBytes = sound?.byteLength ?? 0
  const bytes = Buffer.allocUnsafe(LENGTH_BYTES + header.length + soundBytes)
  bytes.writeUInt32LE(header.length, 0)
  header.copy(bytes, LENGTH_BYTES)
  if (sound !== undefined)
    Buffer.from(sound.buffer, sound.byteOffset, soundBytes).copy(bytes, LENGTH_BYTES + header.length)
  return bytes
}

/** Undefined for what no node of this kind wrote. The sound is a copy of its own. */
export function readPacket(
  bytes: Uint8Array,
): { readonly packet: Packet; readonly sound: Int16Array } | undefined {
  try {
    const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const end = LENGTH_BYTES + view.readUInt32LE(0)
    const packet = JSON.parse(view.toString('utf8', LENGTH_BYTES, end)) as Packet
    if (typeof packet.t !== 'string' || typeof packet.from !== 'string') return undefined
    const sound = new Int16Array((bytes.byteLength - end) >> 1)
    view.copy(Buffer.from(sound.buffer), 0, end, end + sound.byteLength)
    return { packet, sound }
  } catch {
    return undefined
  }
}
