/** A voice socket without a network: what the client says is there at once, what it is told is written down. */
import { loadOpus } from '@parley/audio'
import type { Clock } from '@parley/core'
import {
  type HelloInput,
  type ServerMessage,
  type ServerMessageOf,
  serverMessageSchema,
} from '@parley/protocol'
import {
  defaultVoiceLimits,
  type MessageSocket,
  serveVoiceSocket,
  type VoiceHost,
  type VoiceLimits,
  type VoicePrincipal,
  type VoiceSocket,
  type VoiceSocketOptions,
} from '@parley/transports'
import { expect, vi } from 'vitest'

export class MemorySocket implements MessageSocket {
  readonly CLOSED = 3
  readyState = 1
  bufferedAmount = 0
  readonly messages: ServerMessage[] = []
  readonly binary: Uint8Array[] = []
  closed: { readonly code: number; readonly reason: string } | undefined
  served: VoiceSocket | undefined
  readonly #listeners = new Map<string, (...given: never[]) => void>()

  say(message: object | Uint8Array): void {
    const isBinary = message instanceof Uint8Array
    const bytes = isBinary ? Buffer.from(message) : Buffer.from(JSON.stringify(message))
    this.#tell('message', bytes, isBinary)
  }

  /** The line breaks. */
  cut(code = 1006): void {
    if (this.readyState === this.CLOSED) return
    this.readyState = this.CLOSED
    this.#tell('close', code)
  }

  last<Type extends ServerMessage['type']>(type: Type): ServerMessageOf<Type> | undefined {
    return this.messages.findLast(message => message.type === type) as ServerMessageOf<Type> | undefined
  }

  of<Type extends ServerMessage['type']>(type: Type): ServerMessageOf<Type>[] {
    return this.messages.filter(message => message.type === type) as ServerMessageOf<Type>[]
  }

  send(data: string | Uint8Array): void {
    if (typeof data !== 'string') this.binary.push(data)
    else this.messages.push(serverMessageSchema.parse(JSON.parse(data)))
  }

  close(code: number, reason: string): void {
    this.closed ??= { code, reason }
    queueMicrotask(() => this.cut(code))
  }

  terminate(): void {
    this.closed ??= { code: 1006, reason: 'terminated' }
    queueMicrotask(() => this.cut())
  }

  on(event: string, listener: (...given: never[]) => void): void {
    this.#listeners.set(event, listener)
  }

  #tell(event: string, ...given: unknown[]): void {
    this.#listeners.get(event)?.(...(given as never[]))
  }
}

export interface DeviceStage {
  readonly host: VoiceHost
  readonly clock: Clock & { advance(ms: number): Promise<void> }
}

/** Says hello and waits until it is answered. */
export function createDevices(
  { host, clock }: DeviceStage,
  more: Pick<VoiceSocketOptions, 'encryption'> & { readonly limits?: Partial<VoiceLimits> } = {},
) {
  const { limits, ...rest } = more
  return async (principal: VoicePrincipal, hello: Partial<HelloInput> = {}): Promise<MemorySocket> => {
    const socket = new MemorySocket()
    socket.served = serveVoiceSocket({
      ...{ socket, heartbeat: { rttMs: 40 }, principal, host, clock },
      opus: await loadOpus(),
      log: { info() {}, warn() {} },
      limits: { ...defaultVoiceLimits, ...limits },
      ...rest,
    })
    socket.say({ type: 'hello', version: 1, ...hello })
    await vi.waitFor(() => expect(socket.last('ready') ?? socket.closed).toBeDefined(), {
      ...{ interval: 1, timeout: 5_000 },
    })
    return socket
  }
}
