/** Sends one file of a recording, whole or the part that `Range` asks for, in pieces as the far end takes them. */

import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { ParleyError } from '@parley/core'
import type { RecordingKey, RecordingReader, RecordingShelf } from '@parley/platform'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { problemBody } from '../http/problems.js'
import { type ByteRange, readRange } from './byte-range.js'

export interface SendRecordingFile {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly shelf: Pick<RecordingShelf, 'open'>
  readonly key: RecordingKey
  readonly file: string
  readonly type: string
  /** Default `private, no-cache`. */
  readonly cacheControl?: string
}

const PIECE_BYTES = 262_144

/** @throws ParleyError `not_found`, `store_…` */
export async function sendRecordingFile(sending: SendRecordingFile): Promise<FastifyReply> {
  const { request, reply, shelf, key, file, type, cacheControl = 'private, no-cache' } = sending
  const reader = await shelf.open(key, file)
  const size = reader.sizeBytes
  const etag = etagOf(key, `${file} ${size}`)
  const { range: wanted, 'if-range': ifRange } = request.headers
  const range = ifRange === undefined || ifRange === etag ? readRange(wanted, size) : 'whole'
  reply.headers({ 'accept-ranges': 'bytes', etag, 'cache-control': cacheControl })
  if (range === 'none') {
    await reader.close()
    const error = new ParleyError('bad_message', `The recording has ${size} bytes; ask for some of those.`)
    return reply.code(416).header('content-range', `bytes */${size}`).send(problemBody(error))
  }
  const { from, to }: ByteRange = range === 'whole' ? { from: 0, to: size } : range
  if (range !== 'whole') reply.code(206).header('content-range', `bytes ${from}-${to - 1}/${size}`)
  reply.type(type).header('content-length', to - from)
  if (request.method === 'HEAD') {
    await reader.close()
    return reply.send(Readable.from([]))
  }
  const sound = Readable.from(pieces(reader, { from, to }), { objectMode: false, highWaterMark: PIECE_BYTES })
  // Also where the far end hangs up before the first piece was asked for.
  sound.once('close', () => void reader.close())
  return reply.send(sound)
}

async function* pieces(reader: RecordingReader, { from, to }: ByteRange): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; at += PIECE_BYTES) yield await reader.read(at, Math.min(to, at + PIECE_BYTES))
}

/** Whoever has a link is not told which conversation it is of. */
function etagOf({ tenant, id }: RecordingKey, version: string): string {
  const text = JSON.stringify([tenant, id, version])
  return `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
}
