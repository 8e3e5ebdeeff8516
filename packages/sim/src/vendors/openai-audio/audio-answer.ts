/** The body of an answer that is made piece by piece, with the delays and faults of the simulation. */

import type { SimExchange } from '../sim-exchange.js'
import type { SimPace, SimTemper } from '../sim-pace.js'
import type { SimFault } from '../vendor-sim.js'
import { type AudioDialect, audioErrorBody } from './audio-dialect.js'

export interface AudioAnswer {
  /** Waits until the next piece is due; false if there is none, because the client is gone or a fault struck. */
  due(): Promise<boolean>
  /** Bytes; the head goes out with the first. */
  write(bytes: Uint8Array): void
  /** A server-sent event with JSON. */
  event(message: unknown): void
  end(): void
}

const statusOf: Readonly<Partial<Record<SimFault['kind'], number>>> = {
  limited: 429,
  failing: 500,
  unauthorised: 401,
  expired: 408,
}

export function audioAnswer(
  exchange: SimExchange,
  {
    temper,
    dialect,
    contentType,
  }: {
    readonly temper: SimTemper
    readonly dialect: AudioDialect
    readonly contentType: string
  },
): AudioAnswer {
  const { response, signal } = exchange
  const pace: SimPace = temper.pace()

  function head(): void {
    if (!response.headersSent) response.writeHead(200, { 'content-type': contentType })
  }

  /** Once events flow, an error is one of them, where the server has a shape for that. */
  function fail(fault: SimFault): void {
    const status = statusOf[fault.kind]
    const hasShape = contentType === 'text/event-stream' && (dialect === 'openai' || dialect === 'vllm')
    if (status === undefined || !response.headersSent || !hasShape) return exchange.fail(fault)
    write(audioErrorBody(dialect, status, `simulated: ${fault.kind}`))
    response.end()
  }

  function write(message: unknown): void {
    head()
    exchange.note(message)
    response.write(`data: ${JSON.stringify(message)}\n\n`)
  }

  return {
    async due() {
      const fault = await pace.next(signal)
      if (signal.aborted || response.destroyed) return false
      if (fault !== undefined) fail(fault)
      return fault === undefined
    },
    write(bytes) {
      head()
      response.write(bytes)
    },
    event: write,
    end() {
      head()
      response.end()
    },
  }
}
