/** What stands around providers: lists that fail over, and pools of keys. One place, so that all slots get the same. */

import type { Resampling } from '@parley/audio'
import type { Clock, LanguageModel, SpeechToText, TextToSpeech } from '@parley/core'
import {
  createCachedVoice,
  createResilientModel,
  createResilientRecogniser,
  createResilientVoice,
  type FailoverPlan,
  type Incident,
  type RealtimeIncident,
  type VoiceOfSlot,
} from '@parley/engines'
import { createKeyPool } from '@parley/platform'
import { fixedKey, type KeySource } from '@parley/providers'
import type { SharedParts } from './assemble-shared.js'
import { lifeOf } from './provider-life.js'

export interface WrapperWorld {
  readonly clock: Clock
  /** 0 ≤ x < 1. */
  readonly random: () => number
  readonly resampling: Resampling
  /** Trouble with a provider, and what was done about it. */
  onIncident(incident: Incident | RealtimeIncident): void
  /** Whether a vendor, by name, has several keys, of which one may be used now. */
  hasOtherKey(provider: string): boolean
}

export function resilientModel(
  models: readonly LanguageModel[],
  plan: FailoverPlan,
  { clock, random, onIncident, hasOtherKey }: WrapperWorld,
): LanguageModel {
  return createResilientModel(
    models.map(model => ({ ...borrowed(model), stream: (request, signal) => model.stream(request, signal) })),
    { clock, random, onIncident, hasOtherKey, ...hedgeOf(plan), ...waits(plan.firstTokenMs, plan.idleMs) },
  )
}

export function resilientVoice(
  voices: readonly VoiceOfSlot[],
  plan: FailoverPlan,
  { clock, random, resampling, onIncident, hasOtherKey }: WrapperWorld,
): TextToSpeech {
  return createResilientVoice(
    voices.map(voice => ({
      ...borrowed(voice),
      sampleRate: voice.sampleRate,
      languages: voice.languages,
      speak: (request, signal) => voice.speak(request, signal),
      remembers: request => voice.remembers?.(request) === true,
    })),
    {
      clock,
      random,
      resampling,
      onIncident,
      hasOtherKey,
      ...hedgeOf(plan),
      ...waits(plan.firstSoundMs, plan.idleMs),
    },
  )
}

export function resilientRecogniser(
  recognisers: readonly SpeechToText[],
  { finalTextMs }: FailoverPlan,
  { clock, random, resampling, onIncident, hasOtherKey }: WrapperWorld,
): SpeechToText {
  return createResilientRecogniser(
    recognisers.map(recogniser => ({
      ...borrowed(recogniser),
      sampleRate: recogniser.sampleRate,
      open: options => recogniser.open(options),
    })),
    {
      clock,
      random,
      resampling,
      onIncident,
      hasOtherKey,
      ...(finalTextMs === undefined ? {} : { finishMs: finalTextMs }),
    },
  )
}

/** The voice with a memory of what the agent says in every call. Inside failover, or another's sound would be kept. */
export function rememberingVoice(
  voice: TextToSpeech,
  { fingerprint, phrases }: { readonly fingerprint: string; readonly phrases: ReadonlySet<string> },
  { clock, shared, onRemembered }: RememberingWorld,
): VoiceOfSlot {
  return createCachedVoice(voice, {
    clock,
    shelf: shared.speech,
    fingerprint,
    isFixed: text => phrases.has(text.trim()),
    ...(shared.sound === undefined ? {} : { shared: shared.sound }),
    onUse: onRemembered,
  })
}

export interface RememberingWorld {
  readonly clock: Clock
  readonly shared: Pick<SharedParts, 'speech' | 'sound'>
  /** Where the sound of a clause came from. */
  onRemembered(source: 'memory' | 'shared' | 'voice'): void
}

/** The keys of a vendor as one source, which rests those that are limited. */
export function keyPool(
  { vendor, keys }: { readonly vendor: string; readonly keys: readonly string[] },
  { clock, shared }: { readonly clock: Clock; readonly shared: Pick<SharedParts, 'keyNews'> },
): VendorKeys {
  if (keys.length === 0) return { source: fixedKey(undefined), hasOther: () => false, close: () => {} }
  const { keyNews } = shared
  const pool = createKeyPool({ vendor, keys, clock, ...(keyNews === undefined ? {} : { news: keyNews }) })
  return { source: pool.sourceFor('gateway'), hasOther: () => pool.hasOther, close: () => pool.close() }
}

export interface VendorKeys {
  readonly source: KeySource
  /** Whether there are several, of which one may be used now. */
  hasOther(): boolean
  close(): void
}

/** A provider that several lists share is closed by its owner, not by the list. */
function borrowed(provider: Parameters<typeof lifeOf>[0]) {
  const { name, warm } = lifeOf(provider)
  return { name, ...(warm === undefined ? {} : { warm }), close: () => Promise.resolve() }
}

function hedgeOf({ hedgeAfterMs, hedgeShare }: FailoverPlan) {
  return {
    hedge: {
      ...(hedgeAfterMs === undefined ? {} : { afterMs: hedgeAfterMs }),
      ...(hedgeShare === undefined ? {} : { share: hedgeShare }),
    },
  }
}

function waits(firstMs: number | undefined, betweenMs: number | undefined) {
  return {
    ...(firstMs === undefined ? {} : { firstMs }),
    ...(betweenMs === undefined ? {} : { betweenMs }),
  }
}
