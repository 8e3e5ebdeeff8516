/**
 * A device of this node in a conversation of another: its seat, which sends what it does, and what comes of the
 * conversation, which is done to its line as the company would do it here.
 */
import { type Inbox, noSteering, ParleyError, type ReplyId } from '@parley/core'
import type { DeviceRole } from '@parley/protocol'
import type { DeviceLine, Seat } from './device-line.js'
import { listenerForbidden } from './device-rights.js'
import type { DownPacket, UpPacket } from './relay-packet.js'

export interface FarDevice {
  /** What the other node says. */
  take(packet: DownPacket, sound: Int16Array): void
  /** The other node does not answer any more. */
  lost(): void
  seat(id: string, role: DeviceRole): Seat
}

export interface FarDeviceOptions {
  readonly line: DeviceLine
  /** Hz of its sound. */
  readonly outputRate: number
  send(packet: UpPacket, sound?: Int16Array): void
  /** Nothing more comes and goes. */
  over(): void
}

export function createFarDevice({ line, outputRate, send, over }: FarDeviceOptions): FarDevice {
  const { transport } = line
  let role: DeviceRole = 'listener'
  let isOver = false

  const inbox: Inbox = {
    audio({ samples, rate, atMs }) {
      send({ t: 'audio', rate, atMs, pathMs: transport.pathMs }, samples)
    },
    /** Told on the line. */
    interrupt() {
      send({ t: 'interrupt' })
      return undefined
    },
    commit: () => send({ t: 'commit' }),
    text: text => send({ t: 'text', text }),
    dtmf: digit => send({ t: 'dtmf', digit }),
    played: (reply, ms) => send({ t: 'played', reply, ms }),
    closed: reason => send({ t: 'closed', reason }),
    steering: noSteering,
  }

  function end(): void {
    isOver = true
    over()
  }

  function allowed(packet: UpPacket): void {
    if (isOver) return
    if (role === 'listener') throw listenerForbidden()
    send(packet)
  }

  return {
    take(packet, sound) {
      if (isOver) return
      switch (packet.t) {
        case 'play':
          return transport.play(
            { samples: sound, rate: outputRate, atMs: packet.atMs },
            packet.reply as ReplyId,
          )
        case 'clear':
          return transport.clear(packet.reply as ReplyId)
        case 'duck':
          return transport.duck(packet.on)
        case 'event':
          return transport.send(packet.event)
        case 'tell':
          return line.tell(packet.message)
        case 'open':
          role = 'speaker'
          return transport.open(inbox)
        case 'close':
          if (packet.reason === 'taken-over') role = 'controller'
          else end()
          return transport.close(packet.reason)
        default:
      }
    },
    lost() {
      if (isOver) return
      end()
      const message = 'The node that holds this conversation does not answer; join again.'
      line.tell({ type: 'error', code: 'timeout', message, fatal: true })
      transport.close('lost')
    },
    seat(id, first) {
      // Told of by `open` where it is the speaker.
      if (role !== 'speaker') role = first === 'speaker' ? 'controller' : first
      return {
        id,
        get role() {
          return role
        },
        text: text => allowed({ t: 'text', text }),
        interrupt: () => allowed({ t: 'interrupt' }),
        commit: () => allowed({ t: 'commit' }),
        dtmf: digit => allowed({ t: 'dtmf', digit }),
        consent: granted => allowed({ t: 'consent', granted }),
        takeOver() {
          if (role === 'speaker') throw new ParleyError('bad_message', 'This device is the speaker already.')
          if (!isOver) send({ t: 'take-over' })
        },
        leave() {
          if (isOver) return
          send({ t: 'leave' })
          end()
        },
      }
    },
  }
}
