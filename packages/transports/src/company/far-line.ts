/** The line of a device that another node has, in a conversation of this one: what is done to it is sent there. */
import { type Inbox, ParleyError, type ReplyId } from '@parley/core'
import { isTold } from '../ws/server-message.js'
import type { DeviceLine, Seat } from './device-line.js'
import type { DownPacket, UpPacket } from './relay-packet.js'

export interface FarLine {
  readonly line: DeviceLine
  /** The seat that the company gave it. */
  sit(seat: Seat): void
  take(packet: UpPacket, sound: Int16Array): void
  /** The other node does not answer any more: to the session it is a line that broke. */
  lost(): void
}

export interface FarLineOptions {
  readonly asked: Extract<UpPacket, { t: 'sit' }>
  /** Rate of the session's sound, Hz. */
  readonly outputRate: number
  send(packet: DownPacket, sound?: Int16Array): void
  /** Nothing more comes and goes. */
  over(): void
}

export function createFarLine({ asked, outputRate, send, over }: FarLineOptions): FarLine {
  const { aheadMs, reportsPlayed, name, join } = asked
  let { pathMs } = asked
  let inbox: Inbox | undefined
  let seat: Seat | undefined
  let isOver = false

  function leave(): void {
    if (isOver) return
    isOver = true
    over()
    seat?.leave()
  }

  function act(packet: UpPacket, sound: Int16Array): void {
    switch (packet.t) {
      case 'text':
        return seat?.text(packet.text)
      case 'dtmf':
        return seat?.dtmf(packet.digit)
      case 'consent':
        return seat?.consent(packet.granted)
      case 'interrupt':
        return seat?.interrupt()
      case 'commit':
        return seat?.commit()
      case 'take-over':
        return seat?.takeOver()
      case 'leave':
        return lost()
      case 'audio':
        pathMs = packet.pathMs
        return inbox?.audio({ samples: sound, rate: packet.rate, atMs: packet.atMs })
      case 'played':
        return inbox?.played(packet.reply as ReplyId, packet.ms)
      case 'closed':
        return inbox?.closed(packet.reason)
      default:
    }
  }

  function lost(): void {
    const left = inbox
    inbox = undefined
    left?.closed('lost')
    leave()
  }

  const line: DeviceLine = {
    name,
    hears: join.hears,
    isFar: true,
    tell: message => send({ t: 'tell', message }),
    transport: {
      ...{ aheadMs, reportsPlayed, outputRate, rewinds: false },
      get pathMs() {
        return pathMs
      },
      open(given) {
        inbox = given
        send({ t: 'open' })
      },
      play: ({ samples, atMs }, reply) => send({ t: 'play', reply, atMs }, samples),
      clear: reply => send({ t: 'clear', reply }),
      duck: on => send({ t: 'duck', on }),
      send(event) {
        if (isTold(event)) send({ t: 'event', event })
      },
      close(reason) {
        inbox = undefined
        send({ t: 'close', reason })
        if (reason !== 'taken-over') leave()
      },
    },
  }

  return {
    line,
    sit(given) {
      seat = given
      if (isOver) given.leave()
    },
    take(packet, sound) {
      if (isOver) return
      try {
        act(packet, sound)
      } catch (thrown) {
        const { code, message } = ParleyError.from(thrown)
        send({ t: 'tell', message: { type: 'error', code, message, fatal: false } })
      }
    },
    lost,
  }
}
