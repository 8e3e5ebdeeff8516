/** Simulators and adapters of one vendor, as its tests make them; all are closed after each test. */

import { type SpeechToText, systemClock, type TextToSpeech } from '@parley/core'
import { codedBrains, type SimOptions, seededRandom, type VendorSim } from '@parley/sim'
import { afterEach } from 'vitest'
import type { Vendor } from '../vendor.js'
import { type EarRig, earRig, type Rig } from './vendor-rig.test-kit.js'

export interface VendorBench<Options extends SimOptions, Sim extends VendorSim> {
  simFor(options?: Partial<Options>): Promise<Sim>
  voiceOf(rig: Rig, options?: object): TextToSpeech
  ear(rig: Rig, options?: object): EarRig
}

/** `usual`: options of the adapters where a test names none. Call it at the top of a test file. */
export function vendorBench<Options extends SimOptions, Sim extends VendorSim>(
  vendor: Vendor,
  openSim: (options: Options) => Promise<Sim>,
  usual: { readonly stt?: object; readonly tts?: object },
): VendorBench<Options, Sim> {
  const closing: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  function made<Provider extends SpeechToText | TextToSpeech>(provider: Provider | undefined): Provider {
    if (provider === undefined) throw new Error(`${vendor.name} has no such slot`)
    return provider
  }

  return {
    async simFor(options) {
      const world = { clock: systemClock, random: seededRandom(1), brains: codedBrains() }
      // What is beyond `SimOptions` is optional in every simulator.
      const sim = await openSim({ ...world, ...options } as unknown as Options)
      closing.push(() => sim.close())
      return sim
    },
    voiceOf(rig, options) {
      const voice = made(vendor.tts?.create({ ...usual.tts, ...options }, rig))
      closing.push(() => voice.close())
      return voice
    },
    ear(rig, options) {
      const heard = earRig(made(vendor.stt?.create({ ...usual.stt, ...options }, rig)))
      closing.push(async () => heard.stream.close())
      return heard
    },
  }
}
