/** What a carrier is told to do with a call of ours. */

import type { Call, CallAttempt, CallStep, TransferPlan } from '@parley/calls'
import type { CallAddresses } from './call-addresses.js'

interface StreamOrder {
  readonly attempt: CallAttempt
  readonly token: string
  readonly addresses: CallAddresses
  /** Whether its carrier follows documents. */
  readonly documents: boolean
  /** A second first: the one before it fell. */
  readonly waits: boolean
}

/** The conversation; when its stream is over, whoever ended it, we are asked what is next. */
export function streamSteps({
  attempt,
  token,
  addresses,
  documents,
  waits,
}: StreamOrder): readonly CallStep[] {
  const { carrier, id } = attempt
  const stream = { step: 'stream', url: addresses.stream, parameters: { token } } as const
  // Its events ask what is next.
  if (!documents) return [stream]
  return [
    ...(waits ? [{ step: 'pause', seconds: 1 } as const] : []),
    { ...stream, statusUrl: addresses.of(carrier, 'stream', id) },
    { step: 'redirect', url: addresses.of(carrier, 'resume', id) },
  ]
}

interface TransferOrder {
  readonly call: Call
  readonly attempt: CallAttempt
  readonly to: string
  readonly way: TransferPlan
  readonly about: string
  readonly world: { readonly addresses: CallAddresses }
}

/** The number that is shown is ours: carriers show no other. */
export function transferSteps({ call, attempt, way, world }: TransferOrder): readonly CallStep[] {
  const { addresses } = world
  const { carrier, id } = attempt
  const whisper = way.kind === 'warm' ? { whisperUrl: addresses.of(carrier, 'whisper', id) } : {}
  return [
    {
      step: 'dial',
      to: way.to,
      from: call.direction === 'inbound' ? call.to : call.from,
      ringSeconds: way.ringSeconds,
      thenUrl: addresses.of(carrier, 'dialled', id),
      ...whisper,
    },
  ]
}

/** Said to the other side of a warm transfer: the call is theirs once they press a key. */
export function whisperSteps(text: string, language: string, thenUrl: string): readonly CallStep[] {
  return [{ step: 'gather', digits: 1, seconds: 8, say: text, language, thenUrl }, { step: 'hang-up' }]
}

export function holdSteps(music: string | undefined, again: string): readonly CallStep[] {
  const wait: CallStep =
    music === undefined ? { step: 'pause', seconds: 20 } : { step: 'play', url: music, times: 1 }
  return [wait, { step: 'redirect', url: again }]
}

export const hangUp: readonly CallStep[] = [{ step: 'hang-up' }]

/** For a call that cannot be gone on with: whoever holds the receiver is told so, and not left in silence. */
export function apology(language: string): readonly CallStep[] {
  const spanish = language.startsWith('es')
  const text = spanish
    ? 'Lo sentimos. Ha habido un problema por nuestra parte. Por favor, llame de nuevo más tarde.'
    : 'We are sorry. Something went wrong on our side. Please call again later.'
  return [{ step: 'say', text, language: spanish ? 'es-ES' : 'en-US' }, ...hangUp]
}

export function usualWhisper(language: string, about: string): string {
  return language.startsWith('es')
    ? `Una llamada para usted. ${about}. Pulse una tecla para atenderla.`
    : `A call for you. ${about}. Press any key to take it.`
}
