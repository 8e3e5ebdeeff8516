/** Deepgram on this machine: listening (v1, Flux), speaking (Aura, Flux), and the requests its SDK makes besides. */

import type { IncomingMessage } from 'node:http'
import { openSimServer } from '../sim-server.js'
import type { SimSocket } from '../sim-socket.js'
import type { SimOptions, VendorSim } from '../vendor-sim.js'
import { badQuery, isSocketPath } from './check-query.js'
import { listenV1 } from './listen-v1.js'
import { listenV2 } from './listen-v2.js'
import { madeUpIds } from './made-up-ids.js'
import { answerRest, type TokenBook } from './rest.js'
import type { DeepgramHabits, SimSession } from './session.js'
import { speakV1 } from './speak-v1.js'
import { speakV2 } from './speak-v2.js'

export interface DeepgramSimOptions extends SimOptions {
  readonly habits?: Partial<DeepgramHabits>
}

const paths: Readonly<Record<string, (session: SimSession) => void>> = {
  '/v1/listen': listenV1,
  '/v2/listen': listenV2,
  '/v1/speak': speakV1,
  '/v2/speak': speakV2,
}

export async function openDeepgramSim(options: DeepgramSimOptions): Promise<VendorSim> {
  const { clock, brains, random, keys, habits: own, ...others } = options
  const habits = { answersFinalize: true, takesForceEndTurn: true, connectedMs: 0, idleMs: 10_000, ...own }
  const ids = madeUpIds(random)
  const tokens: TokenBook = new Map()

  function isKnown(key: string): boolean {
    if (keys === undefined || keys.includes(key)) return true
    return (tokens.get(key) ?? 0) > clock.now()
  }

  const server = await openSimServer(
    { clock, brains, random, ...others },
    {
      name: 'deepgram',
      keyOf(request) {
        const key = keyOf(request)
        return key !== undefined && isKnown(key) ? key : undefined
      },
      errorBody: (status, sentence) => ({
        err_code: codeOf(status),
        err_msg: sentence,
        request_id: ids.uuid(),
      }),
      headers: reason => ({
        'dg-request-id': ids.uuid(),
        ...(reason === undefined ? {} : { 'dg-error': reason }),
      }),
      onRequest: exchange => answerRest(exchange, { clock, brains, ids, tokens }),
      takesSocket: isSocketPath,
      refusesSocket(url) {
        const sentence = badQuery(url)
        return sentence === undefined ? undefined : { status: 400, sentence }
      },
      onSocket(socket: SimSocket) {
        paths[socket.url.pathname]?.({ socket, clock, brains, temper: server.temper, ids, habits })
      },
    },
  )
  return server.sim
}

/** `Authorization: Token` or `Bearer`, or for browsers the sub-protocols `token, <key>` and `bearer, <jwt>`. */
function keyOf(request: IncomingMessage): string | undefined {
  const header = /^(?:Token|Bearer)\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (header !== undefined) return header
  const protocols = request.headers['sec-websocket-protocol']?.split(/\s*,\s*/) ?? []
  return /^(?:token|bearer)$/i.test(protocols[0] ?? '') ? protocols[1] : undefined
}

const codes: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'INVALID_AUTH',
  402: 'ASR_PAYMENT_REQUIRED',
  403: 'INSUFFICIENT_PERMISSIONS',
  429: 'TOO_MANY_REQUESTS',
}

function codeOf(status: number): string {
  return codes[status] ?? 'INTERNAL_SERVER_ERROR'
}
