/** A socket whose far end is the test: it sees what is sent and says what it likes, without a network. */

import type { ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import type { VendorContext } from '../vendor.js'
import { fixedKey } from './keys.js'
import type { OpenSocket, SocketOptions } from './socket.js'

// biome-ignore lint/suspicious/noExplicitAny: tests look into messages of every shape
export type Message = Readonly<Record<string, any>>

export interface ScriptedSocket {
  readonly options: SocketOptions
  /** JSON messages sent so far. */
  readonly said: Message[]
  /** Those of this type. */
  saidOf(type: string): Message[]
  /** Bytes of binary messages sent so far, one entry each. */
  readonly sound: Uint8Array[]
  readonly closed: boolean
  /** What waits to leave, as the far end is to believe it. */
  bufferedBytes: number
  open(): void
  /** The far end sends these, if the socket is open. */
  say(...messages: Message[]): void
}

export interface ScriptedWorld {
  readonly clock: VirtualClock
  readonly context: VendorContext
  readonly sockets: ScriptedSocket[]
  readonly warnings: ParleyError[]
  /** Lets a key be leased and a socket be opened. */
  settle(): Promise<void>
}

export function scriptedWorld(change: Partial<VendorContext> = {}): ScriptedWorld {
  const clock = new VirtualClock()
  const sockets: ScriptedSocket[] = []
  const warnings: ParleyError[] = []
  const openSocket: OpenSocket = options => {
    const said: ScriptedSocket['said'] = []
    const sound: Uint8Array[] = []
    let state: 'connecting' | 'open' | 'closed' = 'connecting'
    const scripted: ScriptedSocket = {
      options,
      bufferedBytes: 0,
      said,
      sound,
      get closed() {
        return state === 'closed'
      },
      open() {
        state = 'open'
        options.onOpen?.()
      },
      say(...messages) {
        for (const message of messages) if (state === 'open') options.onText(JSON.stringify(message))
      },
      saidOf: type => said.filter(message => message.type === type),
    }
    sockets.push(scripted)
    return {
      get state() {
        return state
      },
      get bufferedBytes() {
        return scripted.bufferedBytes
      },
      send(message) {
        if (state === 'closed') return false
        if (typeof message === 'string') said.push(JSON.parse(message))
        else sound.push(message)
        return true
      },
      close() {
        state = 'closed'
      },
    }
  }
  return {
    clock,
    sockets,
    warnings,
    context: {
      clock,
      epochMs: () => 0,
      random: () => 0.5,
      newId: () => 'id',
      baseUrl: 'https://vendor.test',
      keys: fixedKey('a-key'),
      fetch,
      openSocket,
      warn: error => warnings.push(error),
      ...change,
    },
    settle: () => clock.advance(0),
  }
}
