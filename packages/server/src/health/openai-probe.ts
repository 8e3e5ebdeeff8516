import { ParleyError } from '@parley/core'
import type { Config } from '../config/settings.js'
import type { Probe } from './check.js'

/** Asks the vendor for its list of models with the key: the cheapest call that fails for a bad key. */
export function openaiProbe({
  openaiApiKey,
  openaiBaseUrl,
}: Pick<Config, 'openaiApiKey' | 'openaiBaseUrl'>): Probe {
  return async signal => {
    const response = await fetch(`${openaiBaseUrl.replace(/\/$/, '')}/models`, {
      headers: { authorization: `Bearer ${openaiApiKey ?? ''}` },
      signal,
    })
    await response.body?.cancel()
    if (response.ok) return
    const reason = response.status === 401 ? 'the key is refused' : `answered ${response.status}`
    throw new ParleyError('engine_failed', reason)
  }
}
