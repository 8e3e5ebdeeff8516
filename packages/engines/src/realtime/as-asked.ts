/** How a response is asked for: as the turn wants it, with what is to be known of this one alone. */

import type { FarAsk, Turn } from '@parley/core'
import { goOnFrom } from '../failover/go-on.js'
import type { Talk } from './talk.js'

/** A response as this turn wants it; `how` comes behind the agent's own instructions. */
export function asAsked(
  talk: Talk,
  { wishes, account }: Turn,
  { how, stepsDone = 0 }: { readonly how?: string | undefined; readonly stepsDone?: number },
): FarAsk {
  const { instructions } = talk.options
  const extra = [wishes?.instructions, how].filter(text => text !== undefined)
  const whole = [instructions, ...extra].filter(text => text !== undefined).join('\n\n')
  const choice = stepsDone === 0 ? wishes?.toolChoice : undefined
  return {
    id: talk.nextAsk(),
    ...(extra.length === 0 ? {} : { instructions: whole }),
    ...(wishes?.tools === undefined ? {} : { tools: [...talk.definitions(), ...wishes.tools] }),
    ...(choice === undefined ? {} : { toolChoice: choice }),
    ...(wishes?.silent === undefined ? {} : { silent: wishes.silent }),
    ...(wishes?.maxOutputTokens === undefined ? {} : { maxOutputTokens: wishes.maxOutputTokens }),
    ...(account === undefined ? {} : { account }),
  }
}

/** Behind what was said of an answer that broke off. */
export function goOnAfter({ call }: Talk, said: string | undefined): string | undefined {
  if (said === undefined || said === '') return undefined
  return goOnFrom({ history: [], language: call.language }, said).instructions
}
