/** What every socket of the simulator is given, and how its text messages are read. */

import type { Clock } from '@parley/core'
import type { SimBrains } from '../sim-brains.js'
import type { SimTemper } from '../sim-pace.js'
import type { SimSocket } from '../sim-socket.js'
import type { MadeUpIds } from './made-up-ids.js'

export interface DeepgramHabits {
  /** Whether `Finalize` is answered with `from_finalize`. Deepgram does not promise it. Default true. */
  readonly answersFinalize: boolean
  /** Whether this server was enabled for `ForceEndTurn`. Default true. */
  readonly takesForceEndTurn: boolean
  /** How long `Connected` of Flux takes, ms. Default 0. */
  readonly connectedMs: number
  /** How long a recogniser's socket may be without sound or KeepAlive, ms. Default 10,000. */
  readonly idleMs: number
}

export interface SimSession {
  readonly socket: SimSocket
  readonly clock: Clock
  readonly brains: SimBrains
  readonly temper: SimTemper
  readonly ids: MadeUpIds
  readonly habits: DeepgramHabits
}

export interface ClientMessage {
  readonly type: string
  readonly [field: string]: unknown
}

/** Calls back for each message; what is no JSON object with a type goes to `onGarbage`. */
export function readMessages(
  socket: SimSocket,
  on: {
    message(message: ClientMessage): void
    binary(bytes: Buffer): void
    garbage(sentence: string): void
  },
): void {
  socket.raw.on('message', (data: Buffer, isBinary: boolean) => {
    if (isBinary) return on.binary(data)
    const message = parsed(data.toString('utf8'))
    if (message === undefined) {
      socket.complain(`${socket.url.pathname}: a text frame is no JSON object with a type`)
      return on.garbage('The message could not be parsed.')
    }
    socket.receive(message)
    on.message(message)
  })
}

function parsed(text: string): ClientMessage | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isMessage(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isMessage(value: unknown): value is ClientMessage {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/** Closes the socket as the vendor does when nothing comes for too long; `touch` begins the wait anew. */
export function idleWatch({ socket, clock, habits }: SimSession, onIdle: () => void): { touch(): void } {
  let cancel: (() => void) | undefined
  const touch = () => {
    cancel?.()
    if (!socket.signal.aborted) cancel = clock.after(habits.idleMs, onIdle)
  }
  socket.signal.addEventListener('abort', () => cancel?.())
  touch()
  return { touch }
}
