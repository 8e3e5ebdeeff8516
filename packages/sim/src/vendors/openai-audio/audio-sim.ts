/**
 * The audio endpoints of OpenAI over HTTP, and of servers that imitate them. The routes are also there for a server that
 * serves more of the vendor than this.
 */

import type { SimLog } from '../sim-log.js'
import type { SimTemper } from '../sim-pace.js'
import { openSimServer, type SimExchange } from '../sim-server.js'
import type { SimOptions, VendorSim } from '../vendor-sim.js'
import { type AudioDialect, audioAbilities, audioErrorBody } from './audio-dialect.js'
import { serveCaptionedSpeech } from './captioned-speech.js'
import { serveSpeech } from './speech.js'
import { serveTranscription } from './transcriptions.js'

export interface AudioSimOptions extends SimOptions {
  /** Which server it is. Default OpenAI itself. */
  readonly dialect?: AudioDialect
}

/** What an endpoint works with. */
export interface AudioWorld {
  readonly options: AudioSimOptions
  readonly temper: SimTemper
  readonly log: SimLog
}

export async function openOpenAiAudioSim(options: AudioSimOptions): Promise<VendorSim> {
  const { dialect = 'openai' } = options
  const server = await openSimServer(options, {
    name: dialect === 'openai' ? 'openai' : 'openai-compatible',
    basePath: dialect === 'whisper.cpp' ? '' : '/v1',
    needsKey: audioAbilities[dialect].needsKey,
    errorBody: (status, sentence) => audioErrorBody(dialect, status, sentence),
    async onRequest(exchange) {
      if (!(await serveAudio(exchange, { ...server, options })))
        exchange.reply(404, audioErrorBody(dialect, 404, `Invalid URL (${exchange.url.pathname})`))
    },
  })
  return server.sim
}

/** False: this request is for somebody else. */
export async function serveAudio(exchange: SimExchange, world: AudioWorld): Promise<boolean> {
  const abilities = audioAbilities[world.options.dialect ?? 'openai']
  const { pathname } = exchange.url
  if (exchange.request.method !== 'POST') return false
  if (pathname === '/v1/audio/speech' && abilities.speech) await serveSpeech(exchange, world)
  else if (pathname === '/dev/captioned_speech' && abilities.captions)
    await serveCaptionedSpeech(exchange, world)
  else if (pathname === abilities.transcriptions) await serveTranscription(exchange, world)
  else return false
  return true
}
