/** Speech over HTTP at the gateway: its routes, what it keeps, and its end. */

import { randomBytes } from 'node:crypto'
import type { Opus, Resampling } from '@parley/audio'
import type { TextToSpeech } from '@parley/core'
import { createClientSecrets, type RateBudget, type RateLimiter, type SecretShelf } from '@parley/platform'
import type { FastifyPluginAsync } from 'fastify'
import { createGuard } from '../http/guard.js'
import type { Log } from '../log/log.js'
import { createRealtimeIdentity } from '../realtime/realtime-identity.js'
import type { ServerParts } from '../serve.js'
import { openAiSpeechRoutes } from './openai-speech-routes.js'
import { createSoundShelf } from './sound-shelf.js'
import { createSpeechDesk, type SpeechDesk } from './speech-desk.js'
import { createSpeechLimit } from './speech-limit.js'
import { createSpeechMetrics } from './speech-metrics.js'
import type { SpeechVoices } from './speech-voices.js'
import { synthesizeRoutes } from './synthesize-routes.js'

export interface SpeechEdge extends Pick<ServerParts, 'config' | 'clock' | 'log' | 'identity' | 'limits'> {
  readonly metrics: Pick<ServerParts['metrics'], 'registry'>
  readonly voices: SpeechVoices
  readonly secretShelf: SecretShelf
  rateLimiter(name: string, budget: RateBudget): RateLimiter
  readonly resampling: Resampling
  readonly opus: Opus
  readonly epochMs: () => number
  /** 0 ≤ x < 1. */
  readonly random: () => number
}

export interface AttachedSpeech {
  readonly routes: FastifyPluginAsync
  /** Makes the voices ready where that is set. What cannot be is told, and tried again by the first text. */
  warm(): Promise<void>
  /** Takes no more; resolves once nobody waits for speech, or when `signal` aborts. */
  drain(signal: AbortSignal): Promise<void>
}

export function attachSpeech(edge: SpeechEdge): AttachedSpeech {
  const { config, voices, clock, epochMs, secretShelf } = edge
  const shelf = createSoundShelf(config.speechCacheBytes)
  const metrics = createSpeechMetrics(edge.metrics.registry, {
    active: () => desk.active,
    cacheBytes: () => shelf.bytes,
  })
  const desk: SpeechDesk = createSpeechDesk({ voices, shelf, clock, atOnce: config.speechAtOnce, metrics })
  const budget = { max: config.speechRateMax, windowMs: config.speechRateWindowMs }
  const limit = createSpeechLimit(config, edge.rateLimiter('speech', budget))
  const secrets = createClientSecrets({ shelf: secretShelf, epochMs, randomBytes: () => randomBytes(16) })
  const parts = { ...edge, desk, metrics, limit }
  return {
    async routes(app) {
      await app.register(synthesizeRoutes({ ...parts, guard: createGuard(edge) }))
      await app.register(
        openAiSpeechRoutes({ ...parts, identity: createRealtimeIdentity(edge.identity, secrets) }),
      )
    },
    async warm() {
      if (!config.speechWarm) return
      await Promise.all(voices.voices.map(({ name, voice }) => warmVoice(name, voice, edge.log)))
    },
    drain: signal => desk.drain(signal),
  }
}

async function warmVoice(name: string, voice: TextToSpeech, log: Log): Promise<void> {
  try {
    await voice.warm?.()
  } catch (error) {
    log.warn({ err: error, voice: name }, 'a voice could not be warmed up')
  }
}
