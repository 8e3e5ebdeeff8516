/** What both recogniser sockets want in their query. */

import type { SimSocket } from '../sim-socket.js'
import { errorBody } from './cartesia-world.js'

const encodings = new Set(['pcm_s16le', 'pcm_s32le', 'pcm_f16le', 'pcm_f32le', 'pcm_mulaw', 'pcm_alaw'])

export interface SttQuery {
  readonly sampleRate: number
  readonly language: string
}

/** Undefined: the client was told what is wrong, and the socket closes. */
export function sttQuery(socket: SimSocket, requestId: string): SttQuery | undefined {
  const { searchParams, pathname } = socket.url
  const sampleRate = Number(searchParams.get('sample_rate'))
  const terms = searchParams.getAll('keyterm')
  const wrong = [
    (searchParams.get('model') ?? '') === '' && 'model is missing',
    !encodings.has(searchParams.get('encoding') ?? '') && 'encoding is unknown',
    !(sampleRate >= 8_000 && sampleRate <= 48_000) && 'sample_rate is not supported',
    terms.length > 100 && 'more than 100 key terms',
    terms.join('').length > 1_200 && 'key terms of more than 1200 characters',
    outside(searchParams, 'turn_start_threshold', 0.5, 0.9),
    outside(searchParams, 'turn_eager_end_threshold', 0.3, 0.6),
    outside(searchParams, 'turn_end_threshold', 0.05, 0.5),
    outside(searchParams, 'turn_end_timeout_ms', 640, 11_200),
    // The simulator hears nothing else.
    searchParams.get('encoding') !== 'pcm_s16le' && 'the simulator hears pcm_s16le only',
  ].find(each => each !== false)
  if (wrong === undefined) return { sampleRate, language: searchParams.get('language') ?? 'en' }
  socket.complain(`${pathname}: ${wrong}`)
  socket.send({ type: 'error', ...errorBody(400, wrong), request_id: requestId })
  socket.close(1008, 'bad query')
  return undefined
}

function outside(query: URLSearchParams, name: string, least: number, most: number): string | false {
  const value = query.get(name)
  if (value === null || (Number(value) >= least && Number(value) <= most)) return false
  return `${name} must be between ${least} and ${most}`
}
