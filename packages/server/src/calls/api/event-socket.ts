/**
 * Events of calls over a WebSocket: `/v1/calls/events`. The first message of the client says what it follows,
 * `{"call": "call_…", "after": 17}` or `{}`; then each event is a message. Closed with 1000 when the call is over.
 */

import type { CallId } from '@parley/calls'
import { type Cancel, type Clock, ParleyError } from '@parley/core'
import type { Principal } from '@parley/platform'
import type { WebSocket } from 'ws'
import { z } from 'zod'
import type { Route } from '../../door/routes.js'
import type { CallFeed } from './call-feed.js'
import { shownEvent } from './event-routes.js'
import { createOutlet } from './outlet.js'

export const CALL_EVENTS_PATH = '/v1/calls/events'

export interface EventSocketParts {
  readonly feed: CallFeed
  readonly clock: Clock
}

const HELLO_MS = 5_000
const BEAT_MS = 15_000
const FAREWELL_MS = 5_000
const hello = z.strictObject({
  call: z.string().min(1).max(200).optional(),
  after: z.int().min(0).optional(),
})

export function eventSocketRoute(parts: EventSocketParts): Route {
  return {
    scope: 'calls:read',
    protocols: ['parley.v1'],
    maxPayloadBytes: 4_096,
    handle: (socket, _request, principal) => serve(parts, socket, principal),
  }
}

function serve({ feed, clock }: EventSocketParts, socket: WebSocket, { tenant }: Principal): void {
  let unfollow: Cancel = () => {}
  let stopBeat: Cancel = () => {}
  let stopFarewell: Cancel = () => {}
  const stopHello = clock.after(HELLO_MS, () =>
    fail(new ParleyError('timeout', 'Say what to follow, {"call": …, "after": …}, within 5 s.')),
  )
  const outlet = createOutlet({
    clock,
    write: (text, sent) => socket.send(text, () => sent()),
    stalled: fail,
  })

  socket.once('message', (data, isBinary) => {
    stopHello()
    try {
      follow(isBinary ? '' : String(data))
    } catch (error) {
      fail(ParleyError.from(error))
    }
  })
  socket.once('close', () => {
    stopHello()
    stopFarewell()
    gone()
  })

  function follow(text: string): void {
    const { call, after } = readHello(text)
    const order = {
      tenant,
      ...(call === undefined ? {} : { call: call as CallId }),
      ...(after === undefined ? {} : { afterSeq: after }),
    }
    unfollow = feed.follow(order, {
      send(events) {
        let room = true
        for (const event of events)
          room = outlet.write(JSON.stringify({ type: 'call-event', ...shownEvent(event) }))
        return room
      },
      room: outlet.room,
      end: error => (error === undefined ? close(1000, 'the call is over', '{"type":"end"}') : fail(error)),
    })
    beat()
  }

  /** Proxies forget a connection on which nothing passes. */
  function beat(): void {
    stopBeat = clock.after(BEAT_MS, () => {
      if (socket.bufferedAmount === 0) socket.ping()
      beat()
    })
  }

  function fail({ code, message }: ParleyError): void {
    const status = code === 'bad_message' || code === 'not_found' || code === 'timeout' ? 1008 : 1013
    close(status, code, JSON.stringify({ type: 'closed', code, message }))
  }

  function close(status: number, reason: string, last: string): void {
    gone()
    if (socket.readyState !== socket.OPEN) return
    socket.send(last)
    socket.close(status, reason)
    stopFarewell = clock.after(FAREWELL_MS, () => socket.terminate())
  }

  function gone(): void {
    stopBeat()
    unfollow()
    outlet.close()
  }
}

/** @throws ParleyError `bad_message` */
function readHello(text: string): z.output<typeof hello> {
  try {
    return hello.parse(JSON.parse(text))
  } catch (cause) {
    throw new ParleyError(
      'bad_message',
      'Say first what to follow: {"call": "call_…", "after": 17}, or {}.',
      {
        cause,
      },
    )
  }
}
