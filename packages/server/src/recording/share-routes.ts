/** Links to one recording that work without a token until they end, and what is behind them. */

import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Guard, Knock } from '../http/guard.js'
import { recordingKinds, sendRecording } from './recording-kinds.js'
import { about, missing, recordingProblems, sessionParams, told } from './recording-routes.js'
import type { SessionRecordings } from './session-recordings.js'

/** Longest life of a link, seconds. */
const LONGEST_S = 30 * 86_400

const shareSchema = z.object({
  id: z.string().meta({ description: 'Names the link; opens nothing.' }),
  createdBy: z.string(),
  createdAtMs: z.number(),
  expiresAtMs: z.number(),
})

const newShareSchema = shareSchema.extend({
  secret: z.string().meta({ description: 'Told once, and kept by its hash alone.' }),
  url: z.string().meta({
    description: 'Of the player; without its origin where `PARLEY_PUBLIC_URL` is not set.',
  }),
})

const secretParams = z.object({ secret: z.string().max(200) })

export interface ShareHttpParts {
  readonly guard: Guard
  readonly knock: Knock
  readonly recordings: SessionRecordings
  /** Where people reach this gateway; undefined where nobody said. */
  readonly publicUrl: string | undefined
}

export function shareRoutes(parts: ShareHttpParts): FastifyPluginAsyncZod {
  const { guard, knock, recordings, publicUrl } = parts
  const { shares } = recordings
  const base = publicUrl?.replace(/^ws/, 'http').replace(/\/+$/, '') ?? ''

  return async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    app.post(
      '/api/sessions/:id/shares',
      {
        schema: {
          ...about('Make a link to a recording'),
          params: sessionParams,
          body: z.strictObject({
            expiresInS: z
              .int()
              .min(60)
              .max(LONGEST_S)
              .default(7 * 86_400),
          }),
          response: { 201: newShareSchema, ...recordingProblems },
        },
      },
      async (request, reply) => {
        const { tenant, subject } = await guard(request, 'recordings:read')
        const key = { tenant, id: request.params.id }
        const forMs = request.body.expiresInS * 1_000
        const share = await shares.add(key, { createdBy: subject, forMs })
        return reply.code(201).send({ ...share, url: `${base}/#/shared/${share.secret}` })
      },
    )
    app.get(
      '/api/sessions/:id/shares',
      {
        schema: {
          ...about('Links to a recording that are open, newest first'),
          params: sessionParams,
          response: { 200: z.object({ shares: z.array(shareSchema) }), ...recordingProblems },
        },
      },
      async request => {
        const { tenant } = await guard(request, 'recordings:read')
        return { shares: [...(await shares.list({ tenant, id: request.params.id }))] }
      },
    )
    app.delete(
      '/api/sessions/:id/shares/:share',
      {
        schema: {
          ...about('Revoke a link'),
          params: sessionParams.extend({ share: z.string().max(64) }),
          response: { 204: z.null(), ...recordingProblems },
        },
      },
      async (request, reply) => {
        const { tenant } = await guard(request, 'recordings:read')
        const { id, share } = request.params
        if (!(await shares.revoke({ tenant, id }, share))) throw missing()
        return reply.code(204).send(null)
      },
    )

    const openly = (summary: string) => ({
      summary,
      tags: ['recordings'],
      description: 'Without a token. 404, always the same, for a link that is unknown, over or revoked.',
      params: secretParams,
    })
    app.get(
      '/api/shared/:secret/recording',
      {
        schema: { ...openly('What is behind a link'), response: { 200: sharedSchema, ...recordingProblems } },
      },
      async request => {
        await knock(request)
        const key = await openShare(parts, request.params.secret)
        const row = await recordings.read(key)
        if (row === undefined) throw missing()
        const { status, sampleRate, startedAtMs, offsetMs, durationMs, formats } = told(row)
        return { status, sampleRate, startedAtMs, offsetMs, durationMs, formats }
      },
    )
    for (const [name, kind] of Object.entries(recordingKinds)) {
      app.get(
        `/api/shared/:secret/${name}`,
        { schema: { ...openly(kind.summary), response: recordingProblems } },
        async (request, reply) => {
          await knock(request)
          const key = await openShare(parts, request.params.secret)
          return sendRecording(recordings, { request, reply, kind, key, cacheControl: 'no-store' })
        },
      )
    }
  }
}

const sharedSchema = z.object({
  status: z.string(),
  sampleRate: z.int(),
  startedAtMs: z.number().optional(),
  offsetMs: z.number().optional(),
  durationMs: z.number().optional(),
  formats: z.array(z.string()),
})

/**
 * The recording behind the secret of a link, for routes that need no token: `knock` first.
 * @throws ParleyError `not_found`, the same for a secret that is unknown, over or revoked
 */
export async function openShare(
  { recordings: { shares } }: { readonly recordings: Pick<SessionRecordings, 'shares'> },
  secret: string,
) {
  const key = await shares.open(secret)
  if (key !== undefined) return key
  throw missing()
}
