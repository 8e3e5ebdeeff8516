/** Events of calls as they happen, as server-sent events: `id` is where a follower goes on with `Last-Event-ID`. */

import type { ServerResponse } from 'node:http'
import type { CallEvent } from '@parley/calls'
import { ParleyError } from '@parley/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { about, type CallApiParts, callOf, problems } from './api-parts.js'
import { idParams } from './call-schemas.js'
import type { FollowOrder } from './follower.js'
import { createOutlet } from './outlet.js'

const BEAT_MS = 15_000
/** For a follower that is told why it is let go to take it. */
const FAREWELL_MS = 5_000

const seq = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const query = z.object({ after: seq.optional().meta({ description: 'The last event that is known.' }) })
const headers = z.object({ 'last-event-id': z.string().max(30).optional() })
const stream = z.string().meta({
  description:
    '`text/event-stream`: `id` is the number of the event, `event` is `call`, `data` is JSON with call, seq, atMs, kind ' +
    'and data. `event: end` when the call is over, `event: closed` with code and message where it is let go.',
})

export function eventRoutes(parts: CallApiParts): FastifyPluginAsyncZod {
  return async app => {
    app.get(
      '/api/calls/events',
      {
        exposeHeadRoute: false,
        schema: {
          ...about('calls', 'What happens in all calls, live'),
          querystring: query,
          headers,
          response: { 200: stream, ...problems },
        },
      },
      async (request, reply) => {
        const { tenant } = await parts.guard(request, 'calls:read')
        return serve(parts, { request, reply, order: { tenant, ...afterOf(request.query, request.headers) } })
      },
    )
    app.get(
      '/api/calls/:id/events',
      {
        exposeHeadRoute: false,
        schema: {
          ...about('calls', 'What happens in one call, from its beginning and live until it is over'),
          params: idParams,
          querystring: query,
          headers,
          response: { 200: stream, ...problems },
        },
      },
      async (request, reply) => {
        const { tenant, id: call } = await callOf(parts, request, 'calls:read')
        const order = { tenant, call, ...afterOf(request.query, request.headers) }
        return serve(parts, { request, reply, order })
      },
    )
  }
}

/** What a browser sends when it connects again wins: it is the later of the two. @throws ParleyError `bad_message` */
function afterOf(
  { after }: z.output<typeof query>,
  { 'last-event-id': last }: z.output<typeof headers>,
): Pick<FollowOrder, 'afterSeq'> {
  if (last === undefined || last === '') return after === undefined ? {} : { afterSeq: after }
  const parsed = seq.safeParse(last)
  if (parsed.success) return { afterSeq: parsed.data }
  throw new ParleyError('bad_message', 'Last-Event-ID is none of the numbers that were sent as `id`.')
}

interface Serving {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly order: FollowOrder
}

function serve({ feed, clock }: CallApiParts, { request, reply, order }: Serving): FastifyReply {
  const { raw } = reply
  let stopBeat = () => {}
  let stopFarewell = () => {}
  const outlet = createOutlet({
    clock,
    write: (text, sent) => raw.write(text, sent),
    stalled: error => bye(closedText(error)),
  })
  // It may refuse, and then there is still an answer to give.
  const unfollow = feed.follow(order, {
    send: events => outlet.write(events.map(eventText).join('')),
    room: outlet.room,
    end: error => bye(error === undefined ? 'event: end\ndata: {}\n\n' : closedText(error)),
  })
  reply.hijack()
  raw.writeHead(200, {
    ...headersOf(reply),
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    // Proxies that gather answers before they pass them on would gather for ever.
    'x-accel-buffering': 'no',
  })
  outlet.write(': follows\n\n')
  beat()

  function beat(): void {
    stopBeat = clock.after(BEAT_MS, () => {
      outlet.write(': beat\n\n')
      beat()
    })
  }

  function bye(text: string): void {
    gone()
    raw.end(text)
    stopFarewell = clock.after(FAREWELL_MS, () => raw.destroy())
  }

  function gone(): void {
    stopBeat()
    unfollow()
    outlet.close()
  }

  raw.on('error', () => raw.destroy())
  raw.once('close', () => {
    stopFarewell()
    gone()
  })
  if (request.raw.destroyed) gone()
  return reply
}

function headersOf(reply: FastifyReply): Parameters<ServerResponse['writeHead']>[1] {
  return reply.getHeaders() as Parameters<ServerResponse['writeHead']>[1]
}

function eventText(event: CallEvent): string {
  return `id: ${event.seq}\nevent: call\ndata: ${JSON.stringify(shownEvent(event))}\n\n`
}

/** The tenant is the follower's own. */
export function shownEvent({ call, seq, atMs, kind, data }: CallEvent): Omit<CallEvent, 'tenant'> {
  return { call, seq, atMs, kind, data }
}

function closedText({ code, message }: ParleyError): string {
  return `event: closed\ndata: ${JSON.stringify({ code, message })}\n\n`
}
