/** The vendors of each slot: adapter, simulator and options. Their modules are loaded by name, so that one may be absent. */

import { randomUUID } from 'node:crypto'
import { type LanguageModel, type SpeechToText, systemClock, type TextToSpeech } from '@parley/core'
import type { SimBrains, SimOptions, VendorSim } from '@parley/sim'
import * as sims from '@parley/sim'
import type { Vendor } from '../../../packages/providers/dist/vendor.js'
import { fixedKey } from '../../../packages/providers/dist/wire/keys.js'
import { openSocket } from '../../../packages/providers/dist/wire/socket.js'

export type SlotName = 'stt' | 'llm' | 'tts'

export interface Providers {
  readonly stt: SpeechToText
  readonly llm: LanguageModel
  readonly tts: TextToSpeech
}

export interface Contender {
  readonly name: string
  /** Folder and export of the adapter, and name of the simulator's opener. */
  readonly vendor: string
  readonly opener: string
  readonly options: object
}

/** What the simulators know of models and voices is nothing: any name is one. */
export const contenders: Readonly<Record<SlotName, readonly Contender[]>> = {
  stt: [
    { name: 'deepgram', vendor: 'deepgram', opener: 'openDeepgramSim', options: { model: 'sim' } },
    { name: 'cartesia', vendor: 'cartesia', opener: 'openCartesiaSim', options: { model: 'sim' } },
  ],
  llm: [
    { name: 'openai', vendor: 'openai', opener: 'openOpenaiTextSim', options: { model: 'sim' } },
    { name: 'anthropic', vendor: 'anthropic', opener: 'openAnthropicSim', options: { model: 'sim' } },
  ],
  tts: [
    {
      ...{ name: 'cartesia', vendor: 'cartesia', opener: 'openCartesiaSim' },
      options: { model: 'sim', voice: 'sim' },
    },
    {
      ...{ name: 'deepgram', vendor: 'deepgram', opener: 'openDeepgramSim' },
      options: { model: 'sim-en', languages: ['*'] },
    },
  ],
}

export interface Opened<S extends SlotName> {
  readonly name: string
  readonly sim: VendorSim
  readonly provider: Providers[S]
  close(): Promise<void>
}

/** A provider of its own with a simulator of its own, in real time. @throws Error if the vendor is not built. */
export async function openContender<S extends SlotName>(
  slot: S,
  contender: Contender,
  { brains, random }: { readonly brains: SimBrains; readonly random: () => number },
): Promise<Opened<S>> {
  const vendor = await vendorOf(contender)
  const open = (sims as Readonly<Record<string, unknown>>)[contender.opener] as
    | ((options: SimOptions) => Promise<VendorSim>)
    | undefined
  const made = vendor?.[slot]
  if (vendor === undefined || open === undefined || made === undefined)
    throw new Error(`${contender.name} is not built for the slot ${slot}.`)
  const sim = await open({ clock: systemClock, random, brains })
  const provider = made.create(contender.options, {
    ...{ clock: systemClock, epochMs: () => Date.now(), random, newId: () => randomUUID() },
    ...{ baseUrl: sim.baseUrl, keys: fixedKey('sim-key'), fetch, openSocket, warn: () => {} },
  }) as Providers[S]
  return {
    name: contender.name,
    sim,
    provider,
    async close() {
      await provider.close?.()
      await sim.close()
    },
  }
}

/** Whether adapter and simulator are there. */
export async function isBuilt(contender: Contender): Promise<boolean> {
  return contender.opener in sims && (await vendorOf(contender)) !== undefined
}

async function vendorOf({ vendor }: Contender): Promise<Vendor | undefined> {
  const place = new URL(`../../../packages/providers/dist/${vendor}/index.js`, import.meta.url)
  try {
    const module = (await import(place.href)) as Readonly<Record<string, Vendor>>
    return module[vendor]
  } catch {
    return undefined
  }
}
