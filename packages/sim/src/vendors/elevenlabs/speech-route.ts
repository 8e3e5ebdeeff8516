/** Speech over HTTP: raw sound, or lines of JSON with times of characters. */

import { encodeWavData } from '@parley/audio'
import type { SimExchange } from '../sim-exchange.js'
import { speechChunks } from '../speech-chunks.js'
import { charTimes } from './alignment.js'
import { type ElevenLabsWorld, errorBody } from './elevenlabs-world.js'
import { speechQuery } from './speech-query.js'
import { wrongSettings } from './voice-settings.js'

const path = /^\/v1\/text-to-speech\/[^/]+\/stream(\/with-timestamps)?$/

export async function speechRoute(exchange: SimExchange, world: ElevenLabsWorld): Promise<void> {
  const { url, request, response, signal } = exchange
  if (request.method === 'GET' && /^\/v[12]\/voices$/.test(url.pathname))
    return exchange.reply(200, { voices: [] })
  const found = path.exec(url.pathname)
  if (request.method !== 'POST' || found === null) return exchange.reply(404, errorBody(404, 'no such path'))
  const body = exchange.json() as Readonly<Record<string, unknown>> | undefined
  if (body === undefined) return
  const query = speechQuery(url, false)
  const wrong =
    typeof query === 'string'
      ? query
      : typeof body.text !== 'string' || body.text === ''
        ? 'text is missing'
        : wrongSettings(body.voice_settings)
  if (wrong !== undefined || typeof query === 'string')
    return exchange.reply(422, {
      detail: [{ loc: ['body'], msg: wrong, type: 'value_error' }],
    })

  const text = String(body.text)
  const withTimes = found[1] !== undefined
  const pace = world.temper.pace()
  const speech = await world.options.brains.speak(text, query.sampleRate, String(body.language_code ?? 'en'))
  const chars = charTimes(text, speech.words)
  let given = 0
  const chunks = speechChunks(speech, query.sampleRate)
  for (const [index, chunk] of chunks.entries()) {
    const fault = await pace.next(signal)
    if (fault !== undefined) return exchange.fail(fault)
    if (!response.headersSent)
      response.writeHead(200, {
        'content-type': withTimes ? 'application/json' : 'audio/pcm',
        'request-id': world.nextId(),
        'character-cost': String([...text].length),
      })
    const bytes = Buffer.from(encodeWavData(chunk.samples, query.isUlaw ? 'ulaw' : 'pcm16'))
    if (!withTimes) {
      response.write(bytes)
      continue
    }
    const untilMs = index === chunks.length - 1 ? Number.POSITIVE_INFINITY : chunk.startMs + 100
    let until = given
    while (until < chars.length && (chars[until]?.startMs ?? 0) < untilMs) until++
    const some = chars.slice(given, until)
    given = until
    const fromMs = world.options.relativeTimes === true ? chunk.startMs : 0
    const alignment = {
      characters: some.map(({ char }) => char),
      character_start_times_seconds: some.map(({ startMs }) => (startMs - fromMs) / 1000),
      character_end_times_seconds: some.map(({ endMs }) => (endMs - fromMs) / 1000),
    }
    const line = { audio_base64: bytes.toString('base64'), alignment, normalized_alignment: alignment }
    exchange.note(line)
    response.write(`${JSON.stringify(line)}\n`)
  }
  response.end()
}
