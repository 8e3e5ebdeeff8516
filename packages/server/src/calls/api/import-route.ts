/**
 * A campaign's people from a CSV file. Who asks is looked at before the file is taken; the answer is a line of JSON for each
 * bad row and for how far it is, as it goes. A client that goes away ends it; the same file again makes nothing twice.
 */

import { PassThrough } from 'node:stream'
import { type CallId, type CampaignDetail, importCampaign } from '@parley/calls'
import { ParleyError } from '@parley/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { phonePlanOf } from '../../gateway/phone-plan-of.js'
import { problemBody } from '../../http/problems.js'
import { about, type CallApiParts, problems } from './api-parts.js'
import { idParams, name } from './call-schemas.js'
import { campaignOf } from './campaign-routes.js'
import { requireCarrier } from './place-call.js'

const FILE_BYTES = 16_777_216
/** At the same time on this node, each with its file in memory. */
const MOST_IMPORTS = 2
const PIECE_BYTES = 65_536
const USUAL_ATTEMPTS = 3

const query = z.object({
  dryRun: z.stringbool().default(false).meta({ description: 'Only say what would be made.' }),
  priority: z.coerce.number().int().min(1).max(1000).default(100),
  notBefore: z.iso.datetime({ offset: true }).optional(),
  maxAttempts: z.coerce.number().int().min(1).max(20).optional(),
  record: z.stringbool().optional(),
  leadStatus: name.optional().meta({ description: 'Of leads that are new.' }),
})

export function importRoute(parts: CallApiParts): FastifyPluginAsyncZod {
  const { guard } = parts
  const campaigns = new WeakMap<FastifyRequest['raw'], CampaignDetail>()
  let running = 0

  async function admit(request: FastifyRequest): Promise<void> {
    const { tenant } = await guard(request, 'calls:write')
    const { id = '' } = request.params as Readonly<Record<string, string>>
    const campaign = await campaignOf(parts, tenant, id)
    if (campaign.status === 'cancelled')
      throw new ParleyError('conflict', 'The campaign was cancelled; begin another one.')
    if (running >= MOST_IMPORTS)
      throw new ParleyError('overloaded', 'Other files are being imported here; send it again in a minute.', {
        retryable: true,
        details: { retryAfterMs: 60_000 },
      })
    campaigns.set(request.raw, campaign)
  }

  return async app => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser(
      ['text/csv', 'text/plain', 'application/octet-stream'],
      { parseAs: 'buffer', bodyLimit: FILE_BYTES },
      (_request, body, done) => done(null, body),
    )
    app.post(
      '/api/campaigns/:id/import',
      {
        bodyLimit: FILE_BYTES,
        onRequest: admit,
        schema: {
          ...about('campaigns', 'Have everybody in a CSV file called'),
          description:
            'The body is the file, as `text/csv`, 16 MiB at most. The answer is `application/x-ndjson`: ' +
            '`{"bad": {line, reason, todo}}` for each bad row, `{"progress": …}` now and then, `{"done": …}` at the ' +
            'end, or `{"error": {code, message}}`.',
          consumes: ['text/csv'],
          params: idParams,
          querystring: query,
          response: problems,
        },
      },
      async (request, reply) => {
        const campaign = campaigns.get(request.raw)
        if (campaign === undefined || !Buffer.isBuffer(request.body))
          throw new ParleyError('bad_message', 'Send the file as the body, with content-type text/csv.')
        if (!request.query.dryRun) requireCarrier(parts)
        running += 1
        const taking = { campaign, file: request.body, wish: request.query, reply }
        return take(parts, taking, () => {
          running -= 1
        })
      },
    )
  }
}

interface Taking {
  readonly campaign: CampaignDetail
  readonly file: Buffer
  readonly wish: z.output<typeof query>
  readonly reply: FastifyReply
}

/** @throws ParleyError what was found before the first line was answered */
async function take(parts: CallApiParts, taking: Taking, over: () => void): Promise<FastifyReply> {
  const { campaign, file, wish, reply } = taking
  const { store, agents, numbers, ids, config, epochMs, feed, log } = parts
  const { tenant, from, agent } = campaign
  const lines = new PassThrough()
  let begin = () => {}
  const begun = new Promise<void>(resolve => {
    begin = resolve
  })
  const tell = (line: object) => {
    if (!lines.destroyed) lines.write(`${JSON.stringify(line)}\n`)
    begin()
  }
  const atMs = epochMs()
  const importing = importCampaign({
    bytes: pieces(file, () => reply.raw.destroyed),
    totalBytes: file.length,
    ...(wish.dryRun ? {} : { store }),
    call: {
      ...{ tenant, from, agent, atMs, priority: wish.priority },
      notBeforeMs: wish.notBefore === undefined ? atMs : Math.max(0, Date.parse(wish.notBefore)),
      maxAttempts: wish.maxAttempts ?? numbers.tenant(tenant).maxAttempts ?? USUAL_ATTEMPTS,
      record: wish.record ?? (config.recordCalls || phonePlanOf(agents.choose(agent, undefined)).record),
    },
    campaign: campaign.id,
    ...(wish.leadStatus === undefined ? {} : { leadStatus: wish.leadStatus }),
    country: config.callCountry,
    newCallId: () => ids.next('call') as CallId,
    bad: row => tell({ bad: row }),
    progress: state => tell({ progress: state }),
  }).finally(over)
  await Promise.race([begun, importing])
  importing.then(
    done => {
      tell({ done })
      lines.end()
      feed.nudge()
    },
    (thrown: unknown) => {
      const error = ParleyError.from(thrown)
      log.warn({ err: error, campaign: campaign.id }, 'a campaign was imported in part')
      tell(problemBody(error))
      lines.end()
    },
  )
  return reply.type('application/x-ndjson').send(lines)
}

async function* pieces(file: Buffer, gone: () => boolean): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += PIECE_BYTES) {
    if (gone()) throw new ParleyError('timeout', 'The client went away; send the file again to go on.')
    yield file.subarray(at, at + PIECE_BYTES)
  }
}
