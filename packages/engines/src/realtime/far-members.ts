/** The models of an engine, each with its health, and those that one call can use. */

import { type EngineCall, ParleyError, type SpeechToSpeech } from '@parley/core'
import { type BreakerOptions, createBreaker } from '../failover/breaker.js'
import type { FarMember } from './far-lines.js'

export function membersOf(models: readonly SpeechToSpeech[], breaker: BreakerOptions): readonly FarMember[] {
  return models.map(model => ({ model, breaker: createBreaker(breaker) }))
}

/** The rate of the first, and those that have the same: a call's sound goes up at one rate, whoever hears it. */
export function atOneRate(members: readonly FarMember[], call: EngineCall) {
  const rates = members.map(({ model }) => model.rateFor(call.outputRate))
  const [rate = 0] = rates
  const fit = members.filter((_, at) => rates[at] === rate)
  if (fit.length < members.length) {
    const message = `Some models of the agent do not hear ${rate} Hz as its first does; this call cannot fall back on them.`
    call.warn(new ParleyError('bad_config', message))
  }
  return { rate, fit }
}
