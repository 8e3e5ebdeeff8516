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

export interface ScriptedVoice extends TextToSpeech {
  /** Texts it was asked for. */
  readonly asked: readonly string[]
  /** Speakings that were stopped before their end. */
  readonly stopped: () => number
  /** Lets one more tenth of a second of sound of each speaking pass; `speaks` at once need none. */
  release(): void
  fail(error: unknown): void
}

/** Says ten tenths of a second for any text, a word in each: at once, or a tenth for each `release`. */
export function scriptedVoice(options: Partial<ScriptedOptions> = {}): ScriptedVoice {
  const { name = 'scripted', languages = ['en'], sampleRate = 16_000, pieces = 10, held = false } = options
  const asked: string[] = []
  let stopped = 0
  let waiting: (() => void)[] = []
  const piece = tone(sampleRate / 10)
  let failure: { readonly error: unknown } | undefined
  const wake = () => {
    const all = waiting
    waiting = []
    for (const each of all) each()
  }
  return {
    name,
    languages,
    sampleRate,
    asked,
    stopped: () => stopped,
    release: wake,
    fail(error) {
      failure = { error }
      wake()
    },
    async *speak({ text }, signal) {
      asked.push(text)
      const words = text.split(' ').slice(0, pieces)
      if (options.fails !== undefined) throw options.fails
      let whole = false
      try {
        for (let at = 0; at < pieces; at++) {
          if (held && failure === undefined)
            await new Promise<void>(resolve => {
              waiting.push(resolve)
              signal.addEventListener('abort', () => resolve(), { once: true })
            })
          if (failure !== undefined) throw failure.error
          if (signal.aborted) return
          const word = words[at]
          if (word !== undefined) {
            const endMs = at === words.length - 1 ? pieces * 100 : (at + 1) * 100
            yield { kind: 'word', text: word, startMs: at * 100, endMs }
          }
          if (at === 0) yield { kind: 'visemes', cues: [{ viseme: 'aa', startMs: 0, endMs: 100 }] }
          yield { kind: 'audio', samples: piece }
        }
        whole = true
      } finally {
        if (!whole) stopped++
      }
    },
    close: async () => {},
  }
}

interface ScriptedOptions {
  readonly name: string
  readonly languages: readonly string[]
  readonly sampleRate: number
  readonly pieces: number
  readonly held: boolean
  readonly fails: unknown
}

function tone(samples: number): Int16Array {
  return Int16Array.from({ length: samples }, (_, at) => 8_000 * Math.sin(at / 10))
}
