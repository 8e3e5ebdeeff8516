/** The leg that a device becomes which stood beside: it is not told again what it was told there. */
import type { SessionEvent, Transport } from '@parley/core'

/** `knows`: whether the device was told this event before it became the leg. */
export function takenLeg(transport: Transport, knows: (event: SessionEvent) => boolean): Transport {
  const { aheadMs, reportsPlayed, rewinds, reportsCuts, outputRate } = transport
  return {
    ...{ aheadMs, reportsPlayed, rewinds, outputRate },
    ...(reportsCuts === undefined ? {} : { reportsCuts }),
    get pathMs() {
      return transport.pathMs
    },
    get roundTripMs() {
      return transport.roundTripMs ?? transport.pathMs
    },
    open: inbox => transport.open(inbox),
    play: (frame, reply) => transport.play(frame, reply),
    clear: reply => transport.clear(reply),
    duck: on => transport.duck(on),
    send(event) {
      if (!knows(event)) transport.send(event)
    },
    close: reason => transport.close(reason),
  }
}
