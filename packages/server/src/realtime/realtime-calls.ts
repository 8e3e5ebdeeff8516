/** Calls over WebRTC: begun over HTTP, found again by their id, ended with the gateway. */

import type { Opus } from '@parley/audio'
import { type Json, ParleyError, type Ticker } from '@parley/core'
import type { Principal } from '@parley/platform'
import {
  loadRtcLibrary,
  type RealtimeCall,
  type RealtimeCallOptions,
  type RtcLibrary,
  type RtcNetwork,
  serveRealtimeCall,
} from '@parley/transports'
import type { WebSocket } from 'ws'
import type { Door } from '../door/routes.js'
import type { RealtimeCalls } from './realtime-routes.js'

export interface RealtimeCallsOptions
  extends Pick<RealtimeCallOptions, 'host' | 'epochMs' | 'resampling' | 'limits' | 'log'> {
  readonly door: Pick<Door, 'hold'>
  readonly clock: RealtimeCallOptions['world']['clock']
  readonly ticker: Ticker
  readonly opus: Opus
  /** 0 ≤ x < 1, hard to guess: ids and stream numbers come of it. */
  readonly random: () => number
  readonly network: RtcNetwork
  /** Where the session names none. */
  readonly defaultModel: string
  /** Loads the WebRTC stack. Default: the installed one. */
  readonly load?: () => Promise<RtcLibrary>
}

export interface RealtimeCallDesk extends RealtimeCalls {
  /** Whether the principal's tenant has such a call. */
  has(id: string, principal: Principal): boolean
  /** A socket beside the call. @throws ParleyError `not_found`, `overloaded` */
  attach(id: string, socket: WebSocket, principal: Principal): void
  /** Each call ends once the response under way is over. */
  drain(): void
}

export function createRealtimeCalls(options: RealtimeCallsOptions): RealtimeCallDesk {
  const { door, host, clock, ticker, opus, random, network } = options
  const { epochMs, resampling, limits, log } = options
  const open = new Map<string, { readonly call: RealtimeCall; readonly owner: Principal }>()
  let library: Promise<RtcLibrary> | undefined

  /** Tried again by the next call where it failed. */
  function loaded(): Promise<RtcLibrary> {
    library ??= (options.load ?? loadRtcLibrary)().catch(error => {
      library = undefined
      throw error
    })
    return library
  }

  function found(id: string, { tenant }: Principal) {
    const known = open.get(id)
    return known?.owner.tenant === tenant ? known : undefined
  }

  return {
    async begin({ offer, principal, session, signal }) {
      const release = door.hold(principal)
      let id: string | undefined
      let over = false
      const onEnd = () => {
        over = true
        release()
        if (id !== undefined) open.delete(id)
      }
      try {
        const world = { library: await loaded(), opus, clock, ticker, random }
        const call = await serveRealtimeCall({
          ...{
            offerSdp: offer,
            world,
            network,
            principal,
            host,
            epochMs,
            resampling,
            limits,
            log,
            signal,
            onEnd,
          },
          query: { model: modelOf(session) ?? options.defaultModel },
          ...(session === undefined ? {} : { seed: session }),
        })
        id = call.callId
        if (!over) open.set(id, { call, owner: principal })
        return { id, answer: call.answerSdp }
      } catch (error) {
        onEnd()
        throw error
      }
    },
    hangUp(id, principal) {
      const known = found(id, principal)
      known?.call.hangup()
      return known !== undefined
    },
    has: (id, principal) => found(id, principal) !== undefined,
    attach(id, socket, principal) {
      const known = found(id, principal)
      if (known === undefined) throw new ParleyError('not_found', 'There is no such call; it may be over.')
      known.call.attach(socket, principal.tenant)
    },
    drain() {
      for (const { call } of open.values()) call.drain()
    },
  }
}

function modelOf(session: Json | undefined): string | undefined {
  if (typeof session !== 'object' || session === null || Array.isArray(session)) return undefined
  const { model } = session as Readonly<Record<string, Json>>
  return typeof model === 'string' ? model : undefined
}
