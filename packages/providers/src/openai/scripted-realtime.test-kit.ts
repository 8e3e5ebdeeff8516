/** A Realtime server that says exactly what a test wants, in place of a socket. */

import type { ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import type { VendorContext } from '../vendor.js'
import type { KeyOutcome } from '../wire/keys.js'
import type { SocketOptions } from '../wire/socket.js'

// biome-ignore lint/suspicious/noExplicitAny: tests look into events of every shape
export type Event = Readonly<Record<string, any>>

export interface ScriptedServer {
  readonly clock: VirtualClock
  readonly context: VendorContext
  /** Every socket that was opened, the newest last. */
  readonly sockets: ScriptedSocket[]
  readonly warnings: ParleyError[]
  readonly outcomes: KeyOutcome[]
}

export interface ScriptedSocket {
  readonly options: SocketOptions
  readonly sent: Event[]
  isClosed: boolean
  /** The server sends events. */
  say(...events: Event[]): void
  /** The first event of this type that was sent. */
  sentOf(type: string): Event[]
}

export function scriptedServer(): ScriptedServer {
  const clock = new VirtualClock()
  const sockets: ScriptedSocket[] = []
  const warnings: ParleyError[] = []
  const outcomes: KeyOutcome[] = []
  let ids = 0
  const context: VendorContext = {
    clock,
    epochMs: () => 0,
    random: () => 0.5,
    newId: () => `id-${++ids}`,
    baseUrl: 'http://far.test/v1',
    keys: { take: async () => ({ key: 'sk-secret', done: outcome => void outcomes.push(outcome) }) },
    fetch: () => Promise.reject(new Error('no HTTP here')),
    warn: error => void warnings.push(error),
    openSocket(options) {
      const sent: Event[] = []
      const socket: ScriptedSocket = {
        options,
        sent,
        isClosed: false,
        say(...events) {
          for (const event of events) if (!socket.isClosed) options.onText(JSON.stringify(event))
        },
        sentOf: type => sent.filter(event => event.type === type),
      }
      sockets.push(socket)
      return {
        state: 'open',
        bufferedBytes: 0,
        send(message) {
          if (socket.isClosed) return false
          sent.push(JSON.parse(String(message)))
          return true
        },
        close() {
          socket.isClosed = true
        },
      }
    },
  }
  return { clock, context, sockets, warnings, outcomes }
}

/** Lets what is ready run, and brings the newest socket to where events may be sent. */
export async function greet({ clock, sockets }: ScriptedServer): Promise<ScriptedSocket> {
  await clock.advance(0)
  const socket = sockets.at(-1)
  if (socket === undefined) throw new Error('no socket was opened')
  socket.options.onOpen?.()
  socket.say({ type: 'session.created', session: {} }, { type: 'session.updated', session: {} })
  return socket
}
