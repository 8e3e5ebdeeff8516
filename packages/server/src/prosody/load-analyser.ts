import { createProsodyAnalyser, loadFastFourier } from '@parley/audio'
import type { CreateAnalyser } from '@parley/transports'
import type { Log } from '../log/log.js'

/** Analysers by the fast transform, which all of the process share; by the plain one where it cannot be loaded. */
export async function loadProsodyAnalyser(log: Pick<Log, 'warn'>): Promise<CreateAnalyser> {
  try {
    const fourier = await loadFastFourier()
    return options => createProsodyAnalyser({ fourier, ...options })
  } catch (err) {
    log.warn({ err }, 'prosody costs more than it must: the fast transform could not be loaded')
    return createProsodyAnalyser
  }
}
