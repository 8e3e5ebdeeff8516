/** Recordings of the tenant's conversations: what there is, its sound, consent, deletion. Another tenant's look missing. */

import { ParleyError } from '@parley/core'
import { hasScope, isSubject, type Principal, type RecordingRow } from '@parley/platform'
import type { FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Guard } from '../http/guard.js'
import { problemSchema } from '../http/session-schemas.js'
import { recordingKinds, sendRecording } from './recording-kinds.js'
import type { SessionRecordings } from './session-recordings.js'

export const recordingProblems = {
  400: problemSchema,
  401: problemSchema,
  403: problemSchema,
  404: problemSchema,
  409: problemSchema,
  429: problemSchema,
  503: problemSchema,
}

export const sessionParams = z.object({ id: z.string().max(200) })

const recordingSchema = z.object({
  session: z.string(),
  status: z.enum(['waiting', 'recording', 'finishing', 'ready', 'failed', 'deleted']).meta({
    description: '`waiting`: for consent, nothing is kept. `failed`: `problem` says why.',
  }),
  consent: z.enum(['announced', 'asked', 'granted', 'refused']),
  sampleRate: z.int().meta({ description: 'Hz. The caller is left, the agent right.' }),
  startedAtMs: z.number().optional().meta({ description: 'Epoch ms of its first sample.' }),
  offsetMs: z.number().optional().meta({
    description:
      'Where its first sample is on the conversation’s own clock, that of turns and events, in ms.',
  }),
  durationMs: z.number().optional(),
  formats: z.array(z.string()).meta({ description: 'What there is of it: `wav`, `ogg`.' }),
  retainUntilMs: z.number().optional().meta({ description: 'Epoch ms; absent where it is kept.' }),
  problem: z.string().optional(),
})

export interface RecordingHttpParts {
  readonly guard: Guard
  readonly recordings: SessionRecordings
}

export function about(summary: string) {
  return { summary, tags: ['recordings'], security: [{ token: [] }] }
}

export function recordingRoutes({ guard, recordings }: RecordingHttpParts): FastifyPluginAsyncZod {
  /** The row, for who may see any of the tenant's and for who talks in it. */
  async function rowFor(
    { principal, id }: { principal: Principal; id: string },
    all: 'recordings:read' | 'sessions:steer',
  ) {
    const row = await recordings.read({ tenant: principal.tenant, id })
    const isOwn = isSubject(principal, row?.subject) && hasScope(principal, 'talk')
    if (row === undefined || !(isOwn || hasScope(principal, all))) throw missing()
    return row
  }

  return async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    app.get(
      '/api/sessions/:id/recording',
      {
        schema: {
          ...about('What is recorded of a conversation'),
          description: 'For `recordings:read`, and for who talks in it. 404 where it is not recorded.',
          params: sessionParams,
          response: { 200: recordingSchema, ...recordingProblems },
        },
      },
      async request => {
        const principal = await guard(request, ['recordings:read', 'talk'])
        return told(await rowFor({ principal, id: request.params.id }, 'recordings:read'))
      },
    )
    app.post(
      '/api/sessions/:id/consent',
      {
        schema: {
          ...about('Say yes or no to being recorded'),
          description:
            'For who talks in it, and for `sessions:steer`. `false` is the last word: what was recorded is deleted.',
          params: sessionParams,
          body: z.strictObject({ granted: z.boolean() }),
          response: { 200: recordingSchema, ...recordingProblems },
        },
      },
      async request => {
        const principal = await guard(request, ['sessions:steer', 'talk'])
        const row = await rowFor({ principal, id: request.params.id }, 'sessions:steer')
        return told(await recordings.consent(row, request.body.granted))
      },
    )
    app.delete(
      '/api/sessions/:id/recording',
      {
        schema: {
          ...about('Delete a recording: its key, its files, its links'),
          description: 'A conversation that is still on is recorded no further.',
          params: sessionParams,
          response: { 204: z.null(), ...recordingProblems },
        },
      },
      async (request, reply) => {
        const { tenant } = await guard(request, 'recordings:read')
        await recordings.remove({ tenant, id: request.params.id })
        return reply.code(204).send(null)
      },
    )
    for (const [name, kind] of Object.entries(recordingKinds)) {
      app.get(
        `/api/sessions/:id/${name === 'waveform' ? 'recording/waveform' : name}`,
        {
          schema: {
            ...about(kind.summary),
            description: `\`Range\` asks for a part. The answer is ${kind.type}. 404 where it is not made, with the reason.`,
            params: sessionParams,
            response: recordingProblems,
          },
        },
        async (request, reply) => {
          const { tenant } = await guard(request as FastifyRequest, 'recordings:read')
          return sendRecording(recordings, { request, reply, kind, key: { tenant, id: request.params.id } })
        },
      )
    }
  }
}

export function missing(): ParleyError {
  return new ParleyError('not_found', 'There is no recording of that conversation.')
}

export function told({ id, tenant: _, subject: __, node: ___, ...row }: RecordingRow) {
  return { session: id, ...row, formats: [...row.formats] }
}
