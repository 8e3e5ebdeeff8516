/**
 * The audio endpoints of OpenAI over HTTP, and of servers that imitate them. The routes are also there for a server that
 * serves more of the vendor than this.
 */

import type { SimExchange } from '../sim-exchange.js'
import type { SimLog } from '../sim-log.js'
import type { SimTemper } from '../sim-pace.js'
import { openSimServer, type SimServer } from '../sim-server.js'
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
  const routes = openAiAudioRoutes(options, () => server)
  const server: SimServer = await openSimServer(options, {
    name: dialect === 'openai' ? 'openai' : 'openai-compatible',
    basePath: dialect === 'whisper.cpp' ? '' : '/v1',
    needsKey: audioAbilities[dialect].needsKey,
    errorBody: (status, sentence) => audioErrorBody(dialect, status, sentence),
    async onRequest(exchange) {
      if (routes.takes(exchange.url)) return routes.onRequest(exchange)
      exchange.reply(404, audioErrorBody(dialect, 404, `Invalid URL (${exchange.url.pathname})`))
    },
  })
  return server.sim
}

/** Paths of a server, so that one server may have all of a vendor's. */
export interface AudioRoutes {
  takes(url: URL): boolean
  onRequest(exchange: SimExchange): Promise<void>
}

export function openAiAudioRoutes(options: AudioSimOptions, server: () => SimServer): AudioRoutes {
  const { speech, captions, transcriptions } = audioAbilities[options.dialect ?? 'openai']
  const posts: Readonly<Record<string, (exchange: SimExchange, world: AudioWorld) => Promise<void>>> = {
    ...(speech ? { '/v1/audio/speech': serveSpeech } : {}),
    ...(captions ? { '/dev/captioned_speech': serveCaptionedSpeech } : {}),
    ...(transcriptions === undefined ? {} : { [transcriptions]: serveTranscription }),
  }
  return {
    takes: ({ pathname }) => pathname in posts,
    onRequest: exchange =>
      posts[exchange.url.pathname]?.(exchange, { ...server(), options }) ?? Promise.resolve(),
  }
}
