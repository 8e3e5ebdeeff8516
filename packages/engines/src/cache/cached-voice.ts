/**
 * A voice that says again what it has said before. Fixed phrases of an agent are kept at once and for everyone; any other
 * text may be personal, so it is kept for one tenant alone, from the second time on, or not at all.
 *
 * Wrap each voice by itself, inside failover: what another voice said in its place must not be kept under its name.
 */

import { createHash } from 'node:crypto'
import { cutCues, joinedCues, type VisemeCue } from '@parley/audio'
import type { ByteCache, Clock, SpeechPart, SpeechRequest, TextToSpeech } from '@parley/core'
import { speakingPaces } from '../failover/speaking-pace.js'
import { createSpeechGate } from '../failover/speech-gate.js'
import { decodeRendition, encodeRendition, partsOf, type Rendition } from './rendition.js'
import type { SpeechShelf } from './speech-shelf.js'

export interface CachedVoiceOptions {
  readonly clock: Clock
  readonly shelf: SpeechShelf
  /** Whatever changes the sound besides the request: provider, model, default voice, options. */
  readonly fingerprint: string
  /** Whether a text is one of the agent's own phrases, the same in every call. Default: none is. */
  readonly isFixed?: (text: string) => boolean
  /** Whose texts the others are. Without it they are not kept. */
  readonly tenant?: string
  /** A cache shared with other nodes, for what is kept. */
  readonly shared?: ByteCache
  /** How long it is kept there, ms. Default one day. */
  readonly sharedMs?: number
  /** Longest wait for it, ms. Default 25. */
  readonly sharedWaitMs?: number
  /** Where each text came from. */
  readonly onUse?: (source: 'memory' | 'shared' | 'voice') => void
}

const DAY_MS = 86_400_000
/** Part of every key; changes with the form of what is kept. */
const FORM = 2

export interface CachedVoice extends TextToSpeech {
  /** Whether this would be said from memory now. */
  remembers(request: SpeechRequest): boolean
}

export function createCachedVoice(voice: TextToSpeech, options: CachedVoiceOptions): CachedVoice {
  const { shelf, shared, tenant, isFixed = () => false, onUse = () => {} } = options
  const pace = speakingPaces()()

  function keyOf(request: SpeechRequest, scope: string): string {
    const { text, language, voice: speaker, expression } = request
    const { emotion, style, speed } = expression ?? {}
    const what = [FORM, scope, voice.name, options.fingerprint, voice.sampleRate]
    const how = [language, speaker ?? null, emotion ?? null, style ?? null, speed ?? null, text]
    return createHash('sha256')
      .update(JSON.stringify([...what, ...how]))
      .digest('base64url')
  }

  /** Speaks, and keeps it if that is wanted and it is whole. */
  async function* record(
    request: SpeechRequest,
    signal: AbortSignal,
    key: string,
  ): AsyncGenerator<SpeechPart> {
    const { text } = request
    const gate = createSpeechGate({ text, sampleRate: voice.sampleRate, timed: undefined, pace })
    const pieces: Int16Array[] = []
    const words: Rendition['words'][number][] = []
    const cues: VisemeCue[] = []
    for await (const part of voice.speak(request, signal)) {
      if (part.kind === 'audio') pieces.push(part.samples)
      else if (part.kind === 'word') words.push({ text: part.text, startMs: part.startMs, endMs: part.endMs })
      else if (part.kind === 'visemes') cues.push(...part.cues)
      if (part.kind !== 'usage') gate.feed(part)
      yield part
    }
    if (signal.aborted || gate.isShort || pieces.length === 0) return
    gate.end()
    const samples = joined(pieces)
    const durationMs = (samples.length * 1000) / voice.sampleRate
    const rendition = { samples, words, cues: cutCues(joinedCues(cues), 0, durationMs) }
    shelf.put(key, rendition)
    void shared?.set(key, encodeRendition(rendition), options.sharedMs ?? DAY_MS)
  }

  async function fromShared(key: string, signal: AbortSignal): Promise<Rendition | undefined> {
    const bytes = await within(options, signal, shared?.get(key))
    const rendition = bytes === undefined ? undefined : decodeRendition(bytes)
    if (rendition !== undefined) shelf.put(key, rendition)
    return rendition
  }

  /** Undefined: such a text is not kept. */
  function scopeOf({ text }: SpeechRequest): string | undefined {
    if (isFixed(text)) return 'everyone'
    return tenant === undefined ? undefined : `tenant ${tenant}`
  }

  async function* speak(request: SpeechRequest, signal: AbortSignal): AsyncGenerator<SpeechPart> {
    const fixed = isFixed(request.text)
    const scope = scopeOf(request)
    if (scope === undefined) {
      onUse('voice')
      return yield* voice.speak(request, signal)
    }
    const key = keyOf(request, scope)
    const near = shelf.get(key)
    const isWanted = shelf.wasAsked(key) || fixed
    const found = near ?? (isWanted && shared !== undefined ? await fromShared(key, signal) : undefined)
    if (signal.aborted) return
    onUse(near !== undefined ? 'memory' : found !== undefined ? 'shared' : 'voice')
    if (found === undefined)
      return yield* isWanted ? record(request, signal, key) : voice.speak(request, signal)
    for (const part of partsOf(found, voice.sampleRate)) {
      if (signal.aborted) return
      yield part
    }
  }

  const { warm } = voice
  return {
    name: voice.name,
    sampleRate: voice.sampleRate,
    languages: voice.languages,
    speak,
    remembers(request) {
      const scope = scopeOf(request)
      return scope !== undefined && shelf.has(keyOf(request, scope))
    },
    ...(warm === undefined ? {} : { warm: () => warm.call(voice) }),
    close: () => voice.close(),
  }
}

/** What comes in time; a cache that is slower than the voice is none. */
function within(
  { clock, sharedWaitMs = 25 }: CachedVoiceOptions,
  signal: AbortSignal,
  answer: Promise<Uint8Array | undefined> | undefined,
): Promise<Uint8Array | undefined> {
  return new Promise(resolve => {
    const done = (bytes: Uint8Array | undefined) => {
      cancel()
      signal.removeEventListener('abort', stop)
      resolve(bytes)
    }
    const stop = () => done(undefined)
    const cancel = clock.after(sharedWaitMs, stop)
    signal.addEventListener('abort', stop, { once: true })
    if (answer === undefined) stop()
    else answer.then(done, stop)
  })
}

function joined(pieces: readonly Int16Array[]): Int16Array {
  const samples = new Int16Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    samples.set(piece, at)
    at += piece.length
  }
  return samples
}
