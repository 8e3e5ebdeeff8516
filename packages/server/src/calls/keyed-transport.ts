/**
 * The leg of a call with its keys gathered: what a caller presses is one typed turn once they are done, and not a turn for
 * each key. Everything else passes through.
 */

import type { Inbox, Transport } from '@parley/core'

export interface KeyedTransport {
  readonly transport: Transport
  /** Undefined until the session has taken the leg. */
  readonly inbox: Inbox | undefined
}

/** `pressed` gets each key in the place of the session. */
export function keyedTransport(leg: Transport, pressed: (digit: string) => void): KeyedTransport {
  let inbox: Inbox | undefined
  const { aheadMs, reportsPlayed, rewinds, outputRate, reportsCuts } = leg
  const transport: Transport = {
    aheadMs,
    reportsPlayed,
    rewinds,
    outputRate,
    ...(reportsCuts === undefined ? {} : { reportsCuts }),
    get pathMs() {
      return leg.pathMs
    },
    open(given) {
      inbox = given
      leg.open(withKeys(given, pressed))
    },
    play: (frame, reply) => leg.play(frame, reply),
    clear: reply => leg.clear(reply),
    duck: on => leg.duck(on),
    send: event => leg.send(event),
    close: reason => leg.close(reason),
  }
  return {
    transport,
    get inbox() {
      return inbox
    },
  }
}

function withKeys(inbox: Inbox, pressed: (digit: string) => void): Inbox {
  return {
    audio: frame => inbox.audio(frame),
    interrupt: () => inbox.interrupt(),
    commit: () => inbox.commit(),
    text: text => inbox.text(text),
    dtmf(digit) {
      inbox.dtmf(digit)
      pressed(digit)
    },
    played: (reply, ms) => inbox.played(reply, ms),
    closed: reason => inbox.closed(reason),
    steering: inbox.steering,
  }
}
