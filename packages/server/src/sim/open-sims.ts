/** Simulated vendors with embedded brains, on ports that stay the same. */

import { loadResampling } from '@parley/audio'
import { ParleyError, systemClock } from '@parley/core'
import { loadScript } from '@parley/engines'
import type { SimBehaviour, SimBrains, VendorSim } from '@parley/sim'
import { openEmbeddedSpeech } from '../gateway/embedded-speech.js'
import { shippedFile } from '../gateway/shipped-file.js'
import type { Log } from '../log/log.js'
import { embeddedBrains } from './embedded-brains.js'
import { type SimVendor, simVendors } from './sim-vendors.js'

export interface OpenSimsOptions {
  /** Names of vendors; all without. */
  readonly names: readonly string[]
  /** The one before the first; 0 lets the system choose all. */
  readonly port: number
  readonly behaviour: Partial<SimBehaviour>
  readonly log: Log
}

export interface RunningSims {
  readonly sims: readonly { readonly vendor: SimVendor; readonly sim: VendorSim }[]
  /** Variables and values that lead a gateway to them. */
  readonly variables: readonly (readonly [string, string])[]
  close(): Promise<void>
}

/** @throws ParleyError `bad_config` for an unknown name, `port_in_use`; whatever was open by then is closed again */
export async function openSims({ names, port, behaviour, log }: OpenSimsOptions): Promise<RunningSims> {
  const wanted = chosen(names)
  const speech = await openEmbeddedSpeech(systemClock, log)
  const files = ['front-desk.en.yaml', 'recepcion.es.yaml'].map(shippedFile)
  const scripts = await Promise.all(files.map(loadScript))
  const resampling = await loadResampling()
  const brains = embeddedBrains({ clock: systemClock, speech, resampling, scripts })
  const sims: { vendor: SimVendor; sim: VendorSim }[] = []
  const close = async () => {
    await Promise.all(sims.map(({ sim }) => sim.close()))
    await speech.close()
  }
  try {
    for (const vendor of wanted) sims.push({ vendor, sim: await openSim(vendor, port, brains) })
  } catch (error) {
    await close()
    throw error
  }
  for (const { sim } of sims) sim.behave(behaviour)
  return { sims, variables: sims.flatMap(variablesOf), close }
}

function chosen(names: readonly string[]): readonly SimVendor[] {
  const known = simVendors.map(({ name }) => name)
  const stranger = names.find(name => !known.includes(name))
  if (stranger !== undefined)
    throw new ParleyError('bad_config', `There is no simulated "${stranger}"; there are ${known.join(', ')}.`)
  return names.length === 0 ? simVendors : simVendors.filter(({ name }) => names.includes(name))
}

async function openSim(vendor: SimVendor, port: number, brains: SimBrains): Promise<VendorSim> {
  const own = port === 0 ? 0 : port + vendor.place
  try {
    return await vendor.open({ clock: systemClock, random: Math.random, brains, port: own })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error
    const message = `Port ${own}, which the simulated ${vendor.name} takes, is in use; stop what holds it or set --port.`
    throw new ParleyError('port_in_use', message, { cause: error })
  }
}

function variablesOf({ vendor, sim }: { vendor: SimVendor; sim: VendorSim }): (readonly [string, string])[] {
  const address = [vendor.baseUrlEnv, sim.baseUrl] as const
  return vendor.keyEnv === undefined ? [address] : [address, [vendor.keyEnv, vendor.key]]
}
