/**
 * Google Cloud Text-to-Speech on this machine: `text:synthesize` in both versions, `voices`, and the token endpoint at
 * `/token`. Keys and tokens it gave itself are accepted.
 */

import { writeWav } from '@parley/audio'
import type { SimSpeech } from '../sim-brains.js'
import type { SimExchange } from '../sim-exchange.js'
import { openSimServer } from '../sim-server.js'
import type { SimOptions, VendorSim } from '../vendor-sim.js'
import { readRequest, type SynthesizeRequest } from './synthesize-request.js'
import { tokenDesk } from './token-desk.js'

export interface GoogleSimOptions extends SimOptions {
  /** Public keys (PEM) of service accounts, by address. Default: none. */
  readonly accounts?: Readonly<Record<string, string>>
  /** ms since the epoch. Default: the clock's time. */
  readonly epochMs?: () => number
  /** How long a token lasts, seconds. Default 3,599. */
  readonly tokenS?: number
}

export interface GoogleSim extends VendorSim {
  /** Where a service account gets tokens. */
  readonly tokenUrl: string
  /** Tokens given so far. */
  readonly tokens: () => number
}

const statusNames: Readonly<Record<number, string>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
}

export async function openGoogleSim(options: GoogleSimOptions): Promise<GoogleSim> {
  const desk = tokenDesk({
    accounts: options.accounts ?? {},
    epochMs: options.epochMs ?? (() => options.clock.now()),
    tokenS: options.tokenS ?? 3_599,
  })
  const known = options.keys?.[0] ?? 'known'
  const server = await openSimServer(options, {
    name: 'google',
    keyOf(request, url) {
      const bearer = /^Bearer\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1]
      // The claim is the key there, and tokens are keys of ours.
      if (url.pathname === '/token' || (bearer !== undefined && desk.isGood(bearer))) return known
      const key = request.headers['x-goog-api-key']
      return (Array.isArray(key) ? key[0] : key) ?? url.searchParams.get('key') ?? undefined
    },
    errorBody: (status, sentence) => ({
      error: { code: status, message: sentence, status: statusNames[status] ?? 'UNKNOWN' },
    }),
    async onRequest(exchange) {
      const { pathname } = exchange.url
      if (pathname === '/token') return token(exchange)
      const version = /^\/(v1|v1beta1)\/text:synthesize$/.exec(pathname)?.[1]
      if (version !== undefined) return synthesise(exchange, version === 'v1beta1')
      if (pathname === '/v1/voices') return exchange.reply(200, { voices: [] })
      complain(exchange, 404, `${pathname} is no path of this service.`)
    },
  })
  const { temper, log, sim } = server

  function complain(exchange: SimExchange, status: number, sentence: string): void {
    log.complain(sentence)
    exchange.reply(status, { error: { code: status, message: sentence, status: statusNames[status] } })
  }

  function token({ body, url, reply }: SimExchange): void {
    const answer = desk.answer(body.toString('utf8'), `${sim.baseUrl}${url.pathname}`)
    if (answer.status !== 200) log.complain(`token: ${answer.body.error_description}`)
    reply(answer.status, answer.body)
  }

  async function synthesise(exchange: SimExchange, isBeta: boolean): Promise<void> {
    const body = exchange.json()
    if (body === undefined) return
    const request = readRequest(body, isBeta)
    if (typeof request === 'string') return complain(exchange, 400, request)
    const speech = await options.brains.speak(request.spoken, request.sampleRate, request.language)
    const fault = await temper.pace().next(exchange.signal)
    if (fault !== undefined) return exchange.fail(fault)
    exchange.reply(200, answerOf(request, speech))
  }

  return { ...sim, tokenUrl: `${sim.baseUrl}/token`, tokens: () => desk.given }
}

function answerOf(
  { encoding, sampleRate, marks, wantsMarks }: SynthesizeRequest,
  { samples, words }: SimSpeech,
): object {
  const pcm = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)
  // Compressed formats are not simulated: whoever asks for one gets the sound with a header.
  const audio = encoding === 'PCM' ? pcm : writeWav({ sampleRate, samples })
  const totalMs = (samples.length * 1000) / sampleRate
  const timepoints = marks.map(mark => ({
    markName: mark.name,
    timeSeconds: (words[mark.words]?.startMs ?? totalMs) / 1000,
  }))
  return {
    audioContent: Buffer.from(audio).toString('base64'),
    ...(wantsMarks
      ? { timepoints, audioConfig: { audioEncoding: encoding, sampleRateHertz: sampleRate } }
      : {}),
  }
}
