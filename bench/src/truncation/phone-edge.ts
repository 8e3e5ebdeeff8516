/** A phone: marks come back as the carrier plays, and the frame that sounds is finished after a clear. */

import { ParleyError, type Session } from '@parley/core'
import { createMemoryLine, SimPhone } from '@parley/sim'
import { defaultPhoneLimits, servePhoneSocket } from '@parley/transports'
import { callerFrame, type Edge } from './far-side.js'
import { plainSession } from './plain-session.js'

const RATE = 8_000
const LISTEN_RATE = 16_000

export const phoneEdge: Edge = {
  rate: RATE,
  async open(world) {
    const { clock, random, path } = world
    const line = createMemoryLine()
    let session: Session | undefined
    servePhoneSocket({
      socket: line.gateway,
      identify: async () => ({ principal: { tenant: 'bench', subject: 'bench' } }),
      host: {
        async open({ transport }) {
          session = plainSession(world, {
            listenRate: LISTEN_RATE,
            outputRate: transport.outputRate,
            opens: true,
          })
          await session.start(transport)
          const facts = { agent: 'bench', language: 'en', recogniser: null, voice: null }
          return { session: 'ses_bench', resumeToken: 'none', resumed: false, ...facts }
        },
      },
      clock,
      log: { info: () => {}, warn: () => {} },
      limits: defaultPhoneLimits,
    })
    const phone = new SimPhone({
      clock,
      line: line.carrier,
      uplinkMs: path.upMs,
      downlinkMs: path.downMs,
      jitterMs: () => random() * path.jitterMs,
      customParameters: { token: 'bench' },
    })
    for (let ms = 0; session === undefined && ms < 5_000; ms += 100) await clock.advance(100)
    if (session === undefined) throw new ParleyError('timeout', 'No session was opened.')
    return {
      session,
      speak(loud) {
        if (loud) void phone.say(callerFrame(RATE, true))
      },
      recording: () => phone.sound(),
    }
  },
}
