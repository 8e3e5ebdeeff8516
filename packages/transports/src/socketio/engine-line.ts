/**
 * What a connection of Engine.IO knows of its line: the round trip of its own pings, and the bytes that have not left.
 * Sockets of Socket.IO do not tell either.
 */
import type { Clock } from '@parley/core'
import type { Socket } from 'socket.io'

export interface EngineLine {
  /** Smoothed round trip, ms. */
  readonly rttMs: number
  /** Bytes that were handed over and that the transport has not written. */
  readonly unsentBytes: number
  close(): void
}

type EngineConnection = Socket['conn']
type EngineTransport = EngineConnection['transport']

interface EnginePacket {
  readonly type: string
  readonly data?: unknown
}

export interface EngineLineOptions {
  readonly connection: EngineConnection
  readonly clock: Clock
  readonly initialRttMs: number
  /** Some of what was unsent has left. */
  onDrain(): void
  onMeasured(rttMs: number): void
}

const MAX_RTT_MS = 2_000
/** Weight of the newest round trip. */
const SMOOTHING = 0.25

export function watchEngineLine(options: EngineLineOptions): EngineLine {
  const { connection, clock, onDrain, onMeasured } = options
  let rttMs = options.initialRttMs
  let measured = false
  let pingedAtMs: number | undefined
  let given = 0
  let taken = 0
  let left = 0
  let { transport } = connection

  const onCreate = ({ type, data }: EnginePacket) => {
    given += sizeOf(data)
    if (type === 'ping') pingedAtMs = clock.now()
  }
  const onPacket = ({ type }: EnginePacket) => {
    if (type !== 'pong' || pingedAtMs === undefined) return
    const sample = Math.min(MAX_RTT_MS, clock.now() - pingedAtMs)
    pingedAtMs = undefined
    rttMs = measured ? rttMs + SMOOTHING * (sample - rttMs) : sample
    measured = true
    onMeasured(rttMs)
  }
  const onFlush = () => {
    taken = given
  }
  const onTransportDrain = () => {
    left = taken
    onDrain()
  }
  const onUpgrade = (next: EngineTransport) => {
    transport.off('drain', onTransportDrain)
    transport = next
    transport.on('drain', onTransportDrain)
  }

  connection.on('packetCreate', onCreate)
  connection.on('packet', onPacket)
  connection.on('flush', onFlush)
  connection.on('upgrade', onUpgrade)
  transport.on('drain', onTransportDrain)
  return {
    get rttMs() {
      return rttMs
    },
    get unsentBytes() {
      return given - left
    },
    close() {
      connection.off('packetCreate', onCreate)
      connection.off('packet', onPacket)
      connection.off('flush', onFlush)
      connection.off('upgrade', onUpgrade)
      transport.off('drain', onTransportDrain)
    },
  }
}

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return data.length
  return data instanceof Uint8Array ? data.byteLength : 0
}
