/** The files of a recording as they are asked for, and how they are sent. */

import { ParleyError } from '@parley/core'
import type { RecordingKey } from '@parley/platform'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { sendRecordingFile } from './send-recording-file.js'
import { RECORDING_STEM, type SessionRecordings } from './session-recordings.js'

export const recordingKinds = {
  'recording.wav': { extension: 'wav', type: 'audio/wav', summary: 'The recording as stereo WAV' },
  'recording.ogg': {
    extension: 'ogg',
    type: 'audio/ogg; codecs=opus',
    summary: 'The recording as Opus in Ogg, two mono streams',
  },
  waveform: {
    extension: 'json',
    type: 'application/json',
    summary: 'The shape of the recording, to be drawn',
  },
} as const

export type RecordingKind = (typeof recordingKinds)[keyof typeof recordingKinds]

export interface AskedRecording {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly key: RecordingKey
  readonly kind: RecordingKind
  readonly cacheControl?: string
}

/** @throws ParleyError `not_found` with the reason, `store_…` */
export async function sendRecording(
  { shelf, read }: Pick<SessionRecordings, 'shelf' | 'read'>,
  { kind: { extension, type }, ...asked }: AskedRecording,
): Promise<FastifyReply> {
  const row = await read(asked.key)
  if (row?.status !== 'ready') throw new ParleyError('not_found', reasonOf(row?.status))
  if (extension !== 'json' && !row.formats.includes(extension)) {
    const kept = row.formats.join(' and ')
    throw new ParleyError('not_found', `This gateway keeps ${kept}; see PARLEY_RECORDINGS_FORMATS.`)
  }
  return sendRecordingFile({ ...asked, shelf, type, file: `${RECORDING_STEM}.${extension}` })
}

function reasonOf(status: string | undefined): string {
  if (status === 'waiting') return 'Nothing is recorded until the caller consents.'
  if (status === 'recording') return 'The recording is made when the conversation is over; ask again then.'
  if (status === 'finishing') return 'The recording is being made; ask again in a moment.'
  if (status === 'failed') return 'The recording could not be made; the recording’s own page says why.'
  if (status === 'deleted') return 'The recording was deleted.'
  return 'There is no recording of that conversation.'
}
