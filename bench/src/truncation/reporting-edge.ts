/** A far end that says what it played, every 50 ms and once more when it is told to throw the rest away. */

import type { Inbox, ReplyId, Transport } from '@parley/core'
import { createFarEar } from './far-ear.js'
import { callerFrame, type Edge, FRAME_MS, oneWay } from './far-side.js'
import { plainSession } from './plain-session.js'

const RATE = 24_000
const REPORT_MS = 50
/** As the voice socket sends. */
const AHEAD_MS = 200

export const reportingEdge: Edge = {
  rate: RATE,
  async open(world) {
    const { clock, random, path } = world
    const bufferMs = 20 + path.jitterMs / 2
    const ear = createFarEar({ clock, rate: RATE, bufferMs })
    const up = oneWay(clock, { delayMs: path.upMs, jitterMs: path.jitterMs, random })
    const down = oneWay(clock, { delayMs: path.downMs, jitterMs: path.jitterMs, random })
    let inbox: Inbox | undefined
    let reporting: ReplyId | undefined

    function report(reply: ReplyId): void {
      const ms = ear.playedMs(reply)
      up(() => inbox?.played(reply, ms))
    }
    function reportOn(reply: ReplyId): void {
      if (reporting === reply) return
      reporting = reply
      const beat = () => {
        if (reporting !== reply || inbox === undefined) return
        report(reply)
        clock.after(REPORT_MS, beat)
      }
      clock.after(REPORT_MS, beat)
    }

    const transport: Transport = {
      aheadMs: AHEAD_MS,
      pathMs: path.downMs + bufferMs,
      reportsPlayed: true,
      rewinds: false,
      outputRate: RATE,
      open: given => {
        inbox = given
      },
      play({ samples, atMs }, reply) {
        const kept = samples.slice()
        down(() => {
          ear.arrive(kept, reply, atMs)
          reportOn(reply)
        })
      },
      clear: reply =>
        down(() => {
          ear.cut(reply)
          report(reply)
        }),
      duck: () => {},
      send: () => {},
      close: () => {
        inbox = undefined
      },
    }
    const session = plainSession(world, { listenRate: RATE, outputRate: RATE, opens: true })
    await session.start(transport)
    let saidMs = 0
    return {
      session,
      speak(loud) {
        const frame = { samples: callerFrame(RATE, loud), rate: RATE, atMs: saidMs }
        saidMs += FRAME_MS
        up(() => inbox?.audio(frame))
      },
      recording: () => ear.recording(),
    }
  },
}
