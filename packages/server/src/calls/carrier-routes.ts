/**
 * Where carriers ask and tell: `/v1/phone/{carrier}/{what}`. A request is let in by its signature alone, over the bytes as
 * they came and the address from PARLEY_PUBLIC_URL; forged ones are counted against the address they come from, honest
 * ones never, since all calls of a carrier come from a few addresses. Who asks for a document gets one in any case.
 */

import type { Carrier, CarrierNews, CarrierRequest } from '@parley/calls'
import { type Clock, ParleyError } from '@parley/core'
import { createClientAddress, type Limits } from '@parley/platform'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { limited } from '../door/refusals.js'
import type { Log } from '../log/log.js'
import { createCarrierCommands } from './carrier-commands.js'
import { type CarrierErrand, type CarrierEvent, type CarrierHost, carrierErrands } from './carrier-host.js'
import { carrierRequest } from './carrier-request.js'
import { type DocumentErrand, stepsFor } from './carrier-steps.js'

export interface CarrierRoutesParts {
  readonly host: CarrierHost
  /** By their names in the path. */
  readonly carriers: ReadonlyMap<string, Carrier>
  /** As carriers reach this gateway, `https://…`. */
  readonly publicUrl: string
  readonly trustProxy: readonly string[]
  readonly limits: Pick<Limits, 'request'>
  readonly clock: Clock
  readonly epochMs: () => number
  readonly log: Log
  /** Where something went so wrong that nobody can say what is next. */
  readonly apology?: { readonly text: string; readonly language: string }
  /** A forged request was refused. */
  refused?(carrier: string): void
  /** For the host to answer, ms; 8,000 by default, since a carrier waits for 15 s. */
  readonly answerMs?: number
}

const BODY_LIMIT_BYTES = 65_536
const ANSWER_MS = 8_000
const sorry = {
  text: 'We are sorry. Something went wrong on our side. Please call again later.',
  language: 'en-US',
}

export function carrierRoutes(parts: CarrierRoutesParts): FastifyPluginAsync {
  const { host, carriers, log, epochMs } = parts
  const clientAddress = createClientAddress(parts.trustProxy)
  const commands = createCarrierCommands(host)

  /** @throws ParleyError `not_found`, `rate_limited`, `bad_signature` without detail, `bad_message` */
  async function admit(request: FastifyRequest): Promise<Admitted> {
    const { carrier: name = '', what = '' } = request.params as Readonly<Record<string, string>>
    const carrier = carriers.get(name)
    const errand = carrierErrands.find(each => each === what)
    if (carrier === undefined || errand === undefined)
      throw new ParleyError('not_found', 'No carrier is served there; see docs/carriers.md.')
    const atMs = epochMs()
    const signed = carrierRequest(request, { publicUrl: parts.publicUrl, atMs })
    try {
      carrier.verify(signed)
    } catch (error) {
      await refuse(request, name, error)
    }
    return { carrier, errand, signed, news: carrier.read(signed) }
  }

  async function refuse(request: FastifyRequest, name: string, error: unknown): Promise<never> {
    parts.refused?.(name)
    const address = clientAddress(request.raw.socket.remoteAddress ?? '', request.headers)
    log.warn({ carrier: name, address, reason: ParleyError.from(error).message }, 'unsigned request refused')
    const verdict = await parts.limits.request(address)
    if (!verdict.ok) throw limited(verdict.limit, verdict.retryAfterMs)
    throw new ParleyError('bad_signature', 'The request is not signed as it must be.')
  }

  function failed(errand: CarrierErrand, { carrierCall }: CarrierNews, error: unknown): void {
    log.error({ err: error, errand, carrierCall }, 'a carrier asked and got an apology')
  }

  async function answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const admitted = await admit(request)
    reply.header('cache-control', 'no-store')
    const { carrier, errand, signed, news } = admitted
    const event = eventOf(admitted)
    if (!carrier.can.documents) {
      await tell(errand, news, signal => commands.take({ ...event, signal }))
      return reply.code(200).send()
    }
    if (errand === 'status' || errand === 'machine' || errand === 'stream') {
      await tell(errand, news, signal => host[errand]({ ...event, signal }))
      return reply.code(204).send()
    }
    const document = await documentFor(errand, event, signed)
    return reply.code(200).type(document.contentType).send(document.body)
  }

  /** What is only told may be told again: the carrier is to know that it was not taken. @throws what the host throws */
  async function tell(
    errand: CarrierErrand,
    news: CarrierNews,
    run: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const late = new AbortController()
    const cancel = parts.clock.after(parts.answerMs ?? ANSWER_MS, () => late.abort())
    try {
      await run(late.signal)
    } catch (error) {
      log.error({ err: error, errand, carrierCall: news.carrierCall }, 'what a carrier told was not taken')
      throw new ParleyError('overloaded', 'It could not be taken now; tell it again.', {
        retryable: true,
        details: { retryAfterMs: 1_000 },
      })
    } finally {
      cancel()
    }
  }

  async function documentFor(
    errand: DocumentErrand,
    event: Omit<CarrierEvent, 'signal'>,
    { url }: CarrierRequest,
  ) {
    const { carrier, news } = event
    const apology = parts.apology ?? sorry
    const steps = await stepsFor(errand, event, {
      url,
      options: {
        ...{ host, clock: parts.clock, answerMs: parts.answerMs ?? ANSWER_MS, apology },
        failed: error => failed(errand, news, error),
      },
    })
    try {
      return carrier.answer(steps)
    } catch (error) {
      failed(errand, news, error)
      return carrier.answer([{ step: 'say', ...apology }, { step: 'hang-up' }])
    }
  }

  return async app => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.route({
      method: ['GET', 'POST'],
      url: '/v1/phone/:carrier/:what',
      bodyLimit: BODY_LIMIT_BYTES,
      exposeHeadRoute: false,
      schema: { hide: true },
      handler: answer,
    })
  }
}

interface Admitted {
  readonly carrier: Carrier
  readonly errand: CarrierErrand
  readonly signed: CarrierRequest
  readonly news: CarrierNews
}

/** Of the address only what is signed is passed on: carriers without documents sign their body alone. */
function eventOf({ carrier, news, signed }: Admitted): Omit<CarrierEvent, 'signal'> {
  return {
    carrier,
    news,
    ...(news.attempt === undefined ? {} : { attempt: news.attempt }),
    query: carrier.can.documents ? firstOfEach(signed.url) : {},
    atMs: signed.atMs,
  }
}

function firstOfEach(url: string): Readonly<Record<string, string>> {
  const fields = [...new URL(url).searchParams].reverse()
  return Object.fromEntries(fields)
}
