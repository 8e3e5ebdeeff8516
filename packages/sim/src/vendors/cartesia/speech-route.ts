/** Speech over HTTP: `POST /tts/bytes`, raw or WAV, a tenth of a second at a time. */

import { wavHeader } from '@parley/audio'
import type { SimExchange } from '../sim-exchange.js'
import { speechChunks } from '../speech-chunks.js'
import { type CartesiaWorld, errorBody } from './cartesia-world.js'
import { rawAudio } from './raw-audio.js'
import { readSpeechMessage } from './speech-request.js'

export async function speechRoute(exchange: SimExchange, { options, temper }: CartesiaWorld): Promise<void> {
  const { url, request, response, signal } = exchange
  if (request.method !== 'POST' || url.pathname !== '/tts/bytes')
    return exchange.reply(404, errorBody(404, 'no such path'))
  const body = exchange.json() as Record<string, unknown> | undefined
  if (body === undefined) return
  const { container } = (body.output_format ?? {}) as Record<string, unknown>
  if (container === 'mp3') return exchange.reply(400, errorBody(400, 'this simulator makes no MP3'))
  const raw = { ...(body.output_format as object), container: 'raw' }
  const message = readSpeechMessage(
    { context_id: 'http', ...body, output_format: raw },
    String(request.headers['cartesia-version'] ?? ''),
  )
  if (typeof message === 'string') return exchange.reply(400, errorBody(400, message))

  const { transcript, sampleRate, encoding, language } = message
  const pace = temper.pace()
  const speech = await options.brains.speak(transcript, sampleRate, language)
  const wav = {
    sampleRate,
    channels: 1,
    encoding: 'pcm16',
    dataBytes: speech.samples.length * 2,
  } as const
  for (const chunk of speechChunks(speech, sampleRate)) {
    const fault = await pace.next(signal)
    if (fault !== undefined) return exchange.fail(fault)
    if (!response.headersSent) {
      response.writeHead(200, { 'content-type': container === 'wav' ? 'audio/wav' : 'audio/pcm' })
      if (container === 'wav') response.write(wavHeader(wav))
    }
    response.write(rawAudio(chunk.samples, container === 'wav' ? 'pcm_s16le' : encoding))
  }
  response.end()
}
