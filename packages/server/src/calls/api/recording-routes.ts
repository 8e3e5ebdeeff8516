/** Recordings of calls, the caller left and the agent right, and their waveform; in pieces, as players ask for them. */

import { type CallDetail, finalStatuses } from '@parley/calls'
import { ParleyError } from '@parley/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod'
import { sendRecordingFile } from '../../recording/send-recording-file.js'
import { about, type CallApiParts, callOf, problems } from './api-parts.js'
import { idParams } from './call-schemas.js'

const kinds = {
  'recording.wav': { file: 'call.wav', type: 'audio/wav', summary: 'The recording as stereo WAV' },
  'recording.ogg': {
    file: 'call.ogg',
    type: 'audio/ogg; codecs=opus',
    summary: 'The recording as Opus in Ogg',
  },
  waveform: {
    file: 'call.json',
    type: 'application/json',
    summary: 'The shape of the recording, to be drawn',
  },
} as const

export function recordingRoutes(parts: CallApiParts): FastifyPluginAsyncZod {
  return async app => {
    for (const [name, { file, type, summary }] of Object.entries(kinds)) {
      app.get(
        `/api/calls/:id/${name}`,
        {
          schema: {
            ...about('calls', summary),
            description:
              'Made after the call is over; `Range` asks for a part of it. ' +
              `The answer is ${type}. 404 where it is not made, with the reason.`,
            params: idParams,
            response: problems,
          },
        },
        async (request, reply) => {
          const call = await callOf(parts, request, 'calls:read')
          return answer(parts, { request, reply, call, file, type })
        },
      )
    }
  }
}

interface Asked {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly call: CallDetail
  readonly file: string
  readonly type: string
}

async function answer(parts: CallApiParts, asked: Asked): Promise<FastifyReply> {
  const { request, reply, call, file, type } = asked
  const { recordings } = parts
  if (recordings === undefined)
    throw new ParleyError('not_found', 'This gateway keeps no recordings; see docs/recordings.md.')
  const files = await recordings.list(call)
  // The waveform is made last: with it the others are whole.
  if (!files.some(({ name }) => name === file) || !files.some(({ name }) => name === 'call.json'))
    throw notMade(call, files.length > 0)
  return sendRecordingFile({ request, reply, shelf: recordings, key: call, file, type })
}

function notMade(call: CallDetail, begun: boolean): ParleyError {
  if (!finalStatuses.includes(call.status))
    return new ParleyError('not_found', 'The recording is made when the call is over; ask again then.')
  if (begun) return new ParleyError('not_found', 'The recording is being made; ask again in a moment.')
  if (!call.record)
    return new ParleyError('not_found', 'The call was not recorded; have it made with `record: true`.')
  return new ParleyError('not_found', 'There is no recording: nobody was talked to, or it was deleted since.')
}
