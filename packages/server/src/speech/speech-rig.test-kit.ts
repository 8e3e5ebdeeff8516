/** A gateway that speaks over HTTP, with voices of a test's choice. */

import { loadOpus, loadResampling } from '@parley/audio'
import { type Clock, systemClock, type TextToSpeech } from '@parley/core'
import { createMemoryRateLimiter, createMemoryShelf } from '@parley/platform'
import { Registry } from 'prom-client'
import { readEnvironment } from '../config/environment.js'
import { resolveConfig } from '../config/resolve.js'
import { assemblyParts } from '../gateway/assembly-parts.test-kit.js'
import { startRig } from '../testing/gateway-rig.js'
import { assembleSpeech } from './assemble-speech.js'
import { type AttachedSpeech, attachSpeech } from './attach-speech.js'

export interface SpeechRig {
  readonly url: string
  readonly port: number
  readonly speech: AttachedSpeech
  readonly lines: readonly string[]
  /** What stands behind a name in the metrics, labels and all. */
  metric(name: string): Promise<string | undefined>
  stop(): Promise<void>
}

export interface SpeechRigOptions {
  readonly voices: readonly TextToSpeech[]
  readonly env?: NodeJS.ProcessEnv
  readonly clock?: Clock
}

const resampling = await loadResampling()
const opus = await loadOpus()

export async function startSpeech({
  voices,
  env = {},
  clock = systemClock,
}: SpeechRigOptions): Promise<SpeechRig> {
  const { parts } = await assemblyParts('llm: openai\ntts: deepgram\n')
  const registry = new Registry()
  const { config } = resolveConfig(
    readEnvironment({ PARLEY_SPEECH_VOICES: 'embedded', ...env }, '/nonexistent'),
  )
  const assembled = await assembleSpeech({
    ...{ agents: [], config, catalogue: undefined, parts },
    embedded: async () => voices,
  })
  let attached: AttachedSpeech | undefined
  const rig = await startRig({
    env: { ...env, PARLEY_SPEECH_VOICES: 'embedded' },
    edge(edge) {
      attached = attachSpeech({
        ...edge,
        ...{ clock, resampling, opus, epochMs: Date.now, random: () => 0.5, metrics: { registry } },
        voices: assembled,
        secretShelf: createMemoryShelf({ epochMs: Date.now }),
        rateLimiter: (_name, budget) => createMemoryRateLimiter(budget),
      })
      return attached.routes
    },
  })
  const speech = attached as AttachedSpeech | undefined
  if (speech === undefined) throw new Error('no speech')
  return {
    url: rig.url,
    port: rig.port,
    lines: rig.lines,
    speech,
    async metric(name) {
      const lines = (await registry.metrics()).split('\n')
      return lines.find(line => line.startsWith(`${name} `))?.slice(name.length + 1)
    },
    stop: () => rig.stop(),
  }
}

export interface Posted {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
  readonly json: () => Record<string, unknown>
}

export async function post(url: string, body: unknown, init: RequestInit = {}): Promise<Posted> {
  const response = await fetch(url, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...init,
    headers: { 'content-type': 'application/json', ...init.headers },
  })
  const bytes = Buffer.from(await response.arrayBuffer())
  return { status: response.status, headers: response.headers, bytes, json: () => JSON.parse(String(bytes)) }
}
