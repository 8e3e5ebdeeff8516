/**
 * Past conversations to be played back, for those of its tenant and for those who have a link. What is made of the sound
 * itself (the recording, its waveform) is answered where recordings are.
 */

import { ParleyError, type SessionId } from '@parley/core'
import type { RecordingKey, SessionKey } from '@parley/platform'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Guard, Knock } from '../http/guard.js'
import { problemSchema } from '../http/session-schemas.js'
import type { PitchAnswer, PitchDesk } from './pitch-desk.js'
import { playbackSchema } from './playback-schema.js'
import { type PlaybackSources, readPlayback } from './read-playback.js'
import { sharedPlayback } from './shared-playback.js'

export interface PlaybackRouteParts extends PlaybackSources {
  readonly guard: Guard
  readonly pitch: PitchDesk
  /** The door for those who have a link: rate alone. */
  readonly knock: Knock
  /** The session that a link is of. @throws ParleyError `not_found` for an unknown, expired or revoked one */
  openShare(secret: string): Promise<RecordingKey>
}

const problems = { 400: problemSchema, 401: problemSchema, 403: problemSchema, 429: problemSchema }
const missing = { 404: problemSchema, ...problems }
const idParams = z.object({ id: z.string().max(200) })
const secretParams = z.object({ secret: z.string().max(200) })

const pitchSchema = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('ready'),
    stepMs: z.number(),
    callerHz: z.array(z.number()),
    agentHz: z.array(z.number()),
  }),
  z.object({ state: z.literal('making'), done: z.number().meta({ description: '0 to 1; ask again.' }) }),
])

export function playbackRoutes(parts: PlaybackRouteParts): FastifyPluginAsyncZod {
  const { guard, pitch } = parts

  async function ownKey(
    request: Parameters<Guard>[0],
    id: string,
    scope: 'sessions:read' | 'recordings:read',
  ) {
    const { tenant } = await guard(request, scope)
    return { tenant, id: id as SessionId }
  }

  async function sharedKey(request: Parameters<Guard>[0], secret: string): Promise<SessionKey> {
    await parts.knock(request)
    const { tenant, id } = await parts.openShare(secret)
    return { tenant, id: id as SessionId }
  }

  async function playbackOf(key: SessionKey) {
    const found = await readPlayback(parts, key)
    if (found === undefined) throw new ParleyError('not_found')
    return found
  }

  /** What was made of a recording goes with it. */
  async function pitchOf(key: SessionKey) {
    const facts = await parts.recordings?.find(key)
    if (facts?.status !== 'ready')
      throw new ParleyError('not_found', 'There is no finished recording to take the melody from.')
    return pitchBody(pitch.ask(key))
  }

  return async app => {
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })
    app.get(
      '/api/sessions/:id/playback',
      {
        schema: {
          summary: 'One session as a player shows it: words, times, interruptions, ledgers',
          tags: ['sessions'],
          security: [{ token: [] }],
          params: idParams,
          response: { 200: playbackSchema, ...missing },
        },
      },
      async request => playbackOf(await ownKey(request, request.params.id, 'sessions:read')),
    )
    app.get(
      '/api/sessions/:id/pitch',
      {
        schema: {
          summary: 'The melody of both sides of a recorded session',
          description: 'Made when it is asked for, which takes a moment: `making` means to ask again.',
          tags: ['sessions'],
          security: [{ token: [] }],
          params: idParams,
          response: { 200: pitchSchema, ...missing, 503: problemSchema },
        },
      },
      async request => pitchOf(await ownKey(request, request.params.id, 'recordings:read')),
    )
    app.get(
      '/api/shared/:secret/playback',
      {
        schema: {
          summary: 'A shared session as a player shows it, without ids',
          tags: ['sessions'],
          params: secretParams,
          response: { 200: playbackSchema, ...missing },
        },
      },
      async request => sharedPlayback(await playbackOf(await sharedKey(request, request.params.secret))),
    )
    app.get(
      '/api/shared/:secret/pitch',
      {
        schema: {
          summary: 'The melody of both sides of a shared recording',
          tags: ['sessions'],
          params: secretParams,
          response: { 200: pitchSchema, ...missing, 503: problemSchema },
        },
      },
      async request => pitchOf(await sharedKey(request, request.params.secret)),
    )
  }
}

function pitchBody(answer: PitchAnswer) {
  if (answer.state === 'making') return answer
  const { stepMs, callerHz, agentHz } = answer.track
  return { state: answer.state, stepMs, callerHz: [...callerHz], agentHz: [...agentHz] }
}
