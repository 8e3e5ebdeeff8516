/** The vendors of each slot, each with its adapter, its simulator and the options that make the two meet. */

import { randomUUID } from 'node:crypto'
import { type LanguageModel, type SpeechToText, systemClock, type TextToSpeech } from '@parley/core'
import {
  anthropic,
  cartesia,
  deepgram,
  elevenLabs,
  fixedKey,
  openai,
  openaiCompatible,
} from '@parley/providers'
import {
  openAnthropicSim,
  openCartesiaSim,
  openDeepgramSim,
  openElevenLabsSim,
  openOpenAiAudioSim,
  openOpenAiRealtimeSim,
  openOpenaiTextSim,
  type SimBrains,
  type SimOptions,
  type SimStage,
  simStages,
  type VendorSim,
} from '@parley/sim'
import type { Vendor } from '../../../packages/providers/dist/vendor.js'
import { openSocket } from '../../../packages/providers/dist/wire/socket.js'

export type SlotName = 'stt' | 'llm' | 'tts'

export interface Providers {
  readonly stt: SpeechToText
  readonly llm: LanguageModel
  readonly tts: TextToSpeech
}

export interface Contender {
  readonly name: string
  readonly vendor: Vendor
  openSim(options: SimOptions): Promise<VendorSim>
  /** What the simulators know of models and voices is nothing: any name is one. */
  readonly options: object
  /** An answer that comes whole has no middle. */
  readonly stages: readonly SimStage[]
}

const whole = ['connect', 'first'] as const
const model = { model: 'sim' }
const speaker = { ...model, voice: 'sim' }
const streamed = { stages: simStages }

/** Each stands in for the one before it; the first for the last. */
export const contenders: Readonly<Record<SlotName, readonly Contender[]>> = {
  stt: [
    { name: 'deepgram', vendor: deepgram, openSim: openDeepgramSim, options: model, ...streamed },
    { name: 'cartesia', vendor: cartesia, openSim: openCartesiaSim, options: model, ...streamed },
    { name: 'elevenlabs', vendor: elevenLabs, openSim: openElevenLabsSim, options: model, ...streamed },
    { name: 'openai', vendor: openai, openSim: openOpenAiRealtimeSim, options: model, ...streamed },
  ],
  llm: [
    { name: 'openai', vendor: openai, openSim: openOpenaiTextSim, options: model, ...streamed },
    { name: 'anthropic', vendor: anthropic, openSim: openAnthropicSim, options: model, ...streamed },
    {
      name: 'vllm',
      vendor: openaiCompatible,
      openSim: options => openOpenaiTextSim({ ...options, profile: 'vllm' }),
      options: { ...model, profile: 'vllm' },
      ...streamed,
    },
  ],
  tts: [
    { name: 'cartesia', vendor: cartesia, openSim: openCartesiaSim, options: speaker, ...streamed },
    {
      ...{ name: 'deepgram', vendor: deepgram, openSim: openDeepgramSim },
      options: { model: 'sim-en', languages: ['*'] },
      ...streamed,
    },
    { name: 'elevenlabs', vendor: elevenLabs, openSim: openElevenLabsSim, options: speaker, ...streamed },
    {
      name: 'kokoro',
      vendor: openaiCompatible,
      openSim: options => openOpenAiAudioSim({ ...options, dialect: 'kokoro' }),
      options: { ...speaker, profile: 'kokoro', wordTimes: true },
      stages: whole,
    },
  ],
}

export interface Opened<S extends SlotName> {
  readonly sim: VendorSim
  readonly provider: Providers[S]
  close(): Promise<void>
}

/** A provider of its own with a simulator of its own, in real time. */
export async function openContender<S extends SlotName>(
  slot: S,
  { name, vendor, openSim, options }: Contender,
  { brains, random }: { readonly brains: SimBrains; readonly random: () => number },
): Promise<Opened<S>> {
  const made = vendor[slot]
  if (made === undefined) throw new Error(`${name} has no slot ${slot}.`)
  const sim = await openSim({ clock: systemClock, random, brains })
  const provider = made.create(options, {
    ...{ clock: systemClock, epochMs: () => Date.now(), random, newId: () => randomUUID() },
    ...{ baseUrl: sim.baseUrl, keys: fixedKey('sim-key'), fetch, openSocket, warn: () => {} },
  }) as Providers[S]
  return {
    sim,
    provider,
    async close() {
      await provider.close?.()
      await sim.close()
    },
  }
}
