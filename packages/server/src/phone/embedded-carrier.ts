/**
 * The phone emulator inside a gateway: a carrier of its own on a loopback port, with made-up credentials, whose only
 * customer is the gateway. Calls to handsets ring them; everybody else's number does not exist.
 */

import { randomBytes } from 'node:crypto'
import type { Clock } from '@parley/core'
import type { CarrierSim, CarrierSimOptions, OwnNumber } from '@parley/sim'
import { openCarrierSim } from '@parley/sim/open-carrier-sim'
import type { WebSocket } from 'ws'
import { serveHandset } from './serve-handset.js'

export interface EmbeddedCarrierOptions {
  readonly clock: Clock
  /** 0 (default) lets the system choose. */
  readonly port?: number
  /** The gateway's numbers, and what happens when they are called. More by `serve`. */
  readonly numbers?: Readonly<Record<string, OwnNumber>>
  /** A voice for texts that the carrier itself says. Default: a note for each word. */
  readonly speak?: CarrierSimOptions['speak']
  /** What the gateway did that a real carrier would refuse, and documents that failed. */
  readonly warn?: (sentence: string) => void
}

export interface EmbeddedCarrier {
  /** As `TWILIO_BASE_URL`. */
  readonly baseUrl: string
  readonly account: string
  readonly authToken: string
  /** For tests: phones behind numbers, behaviour, what was asked. */
  readonly sim: CarrierSim
  /** What happens from now on when that number is called. */
  serve(number: string, own: OwnNumber): void
  /** A socket that speaks the handset protocol. */
  attachHandset(socket: WebSocket): void
  close(): Promise<void>
}

const MOST_WARNINGS = 100

export async function openEmbeddedCarrier(options: EmbeddedCarrierOptions): Promise<EmbeddedCarrier> {
  const { clock, port = 0, numbers = {}, speak, warn } = options
  const answered = new Set(Object.keys(numbers))
  const taken = new Set<string>()
  const sockets = new Set<WebSocket>()
  let warnings = 0
  const sim = await openCarrierSim({
    clock,
    port,
    numbers,
    dialect: 'twilio',
    random: secureRandom,
    account: `AC${randomBytes(16).toString('hex')}`,
    authToken: randomBytes(24).toString('hex'),
    ...(speak === undefined ? {} : { speak }),
    keepHeardMs: 0,
    onEvent(call, { kind, text }) {
      if (kind !== 'error' || warn === undefined || warnings >= MOST_WARNINGS) return
      warnings += 1
      warn(`phone emulator, call ${call.sid}: ${text}`)
    },
  })
  const desk = { carrier: sim, clock, taken, gatewayNumbers: () => [...answered] }
  return {
    baseUrl: sim.baseUrl,
    account: sim.account,
    authToken: sim.authToken,
    sim,
    serve(number, own) {
      answered.add(number)
      sim.number(number, own)
    },
    attachHandset(socket) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      serveHandset(socket, desk)
    },
    async close() {
      for (const socket of sockets) socket.close(1001, 'the gateway leaves')
      await sim.close()
    },
  }
}

/** Ids of calls are addresses of a kind; nobody is to guess them. */
function secureRandom(): number {
  return randomBytes(4).readUInt32BE() / 2 ** 32
}
