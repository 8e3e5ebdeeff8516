/** The requests beside the sockets: tokens, whole recordings, and speech in one answer. */

import { readWav } from '@parley/audio'
import type { Clock } from '@parley/core'
import type { SimBrains } from '../sim-brains.js'
import type { SimExchange } from '../sim-exchange.js'
import type { MadeUpIds } from './made-up-ids.js'
import { decodeSound, encodeSound, isEncoding } from './raw-sound.js'
import { seconds } from './results.js'

/** Tokens and when they end, on the simulator's clock. */
export type TokenBook = Map<string, number>

export interface RestWorld {
  readonly clock: Clock
  readonly brains: SimBrains
  readonly ids: MadeUpIds
  readonly tokens: TokenBook
}

const TOKEN_SECONDS = 30

export async function answerRest(exchange: SimExchange, world: RestWorld): Promise<void> {
  const { pathname } = exchange.url
  if (exchange.request.method !== 'POST') return refuse(exchange, 404, 'There is no such path.')
  if (pathname === '/v1/auth/grant') return grant(exchange, world)
  if (pathname === '/v1/listen') return transcribe(exchange, world)
  if (pathname === '/v1/speak' || pathname === '/v2/speak') return speak(exchange, world)
  return refuse(exchange, 404, 'There is no such path.')
}

function refuse(exchange: SimExchange, status: number, sentence: string): void {
  exchange.reply(status, { err_code: 'Bad Request', err_msg: sentence, request_id: '' })
}

function grant(exchange: SimExchange, { clock, ids, tokens }: RestWorld): void {
  const asked = exchange.body.length === 0 ? {} : exchange.json()
  if (typeof asked !== 'object' || asked === null) return
  const ttl = 'ttl_seconds' in asked ? Number(asked.ttl_seconds) : TOKEN_SECONDS
  if (!(ttl >= 1 && ttl <= 3_600)) return refuse(exchange, 400, 'ttl_seconds must be within 1 and 3600.')
  const token = `jwt.${ids.uuid()}`
  tokens.set(token, clock.now() + ttl * 1000)
  exchange.reply(200, { access_token: token, expires_in: ttl })
}

async function transcribe(exchange: SimExchange, { brains, ids }: RestWorld): Promise<void> {
  const sound = soundIn(exchange)
  if (sound === undefined) return refuse(exchange, 400, 'The body is no sound this simulator knows.')
  const model = exchange.url.searchParams.get('model') ?? 'base'
  const language = exchange.url.searchParams.get('language') ?? 'en'
  const heard = await brains.hear(sound.samples, sound.rate, language)
  const uuid = ids.uuid()
  const words = heard.words.map(({ text, startMs, endMs }) => ({
    word: text,
    start: seconds(startMs),
    end: seconds(endMs),
    confidence: 0.98,
  }))
  exchange.reply(200, {
    metadata: {
      request_id: ids.uuid(),
      sha256: '0'.repeat(64),
      created: '2026-01-01T00:00:00.000Z',
      duration: seconds((sound.samples.length * 1000) / sound.rate),
      channels: 1,
      models: [uuid],
      model_info: { [uuid]: { name: model, version: '2026-01-01.0', arch: model } },
    },
    results: {
      channels: [{ alternatives: [{ transcript: heard.text, confidence: 0.98, words }] }],
    },
  })
}

function soundIn({ url, body }: SimExchange): { samples: Int16Array; rate: number } | undefined {
  const encoding = url.searchParams.get('encoding') ?? ''
  const rate = Number(url.searchParams.get('sample_rate'))
  if (isEncoding(encoding) && rate > 0) return { samples: decodeSound(body, encoding), rate }
  try {
    const wav = readWav(body)
    return { samples: wav.samples, rate: wav.sampleRate }
  } catch {
    return undefined
  }
}

async function speak(exchange: SimExchange, { brains, ids }: RestWorld): Promise<void> {
  const asked = exchange.json()
  if (typeof asked !== 'object' || asked === null) return
  const text = 'text' in asked && typeof asked.text === 'string' ? asked.text : ''
  const query = exchange.url.searchParams
  const encoding = query.get('encoding') ?? 'mp3'
  if (text === '') return refuse(exchange, 400, 'The text is missing.')
  if (!isEncoding(encoding) || query.get('container') !== 'none')
    return refuse(exchange, 400, 'The simulator makes linear16, mulaw and alaw without a container only.')
  const { samples } = await brains.speak(text, Number(query.get('sample_rate') ?? 24_000), 'en')
  exchange.response.writeHead(200, {
    'content-type': encoding === 'linear16' ? 'audio/l16' : `audio/${encoding}`,
    'dg-request-id': ids.uuid(),
    'dg-model-name': query.get('model') ?? '',
    'dg-char-count': String([...text].length),
  })
  exchange.response.end(encodeSound(samples, encoding))
}
