/**
 * Steps in any case: the host's, or, where it fails or takes too long, the same question again in a second, and in the end
 * an apology. An error page would be heard as "an application error has occurred" by somebody who can do nothing about it.
 */

import type { CallStep } from '@parley/calls'
import type { Clock } from '@parley/core'
import type { CarrierErrand, CarrierEvent, CarrierHost } from './carrier-host.js'

export type DocumentErrand = Exclude<CarrierErrand, 'status' | 'machine' | 'stream'>

export interface StepsOptions {
  readonly host: CarrierHost
  readonly clock: Clock
  /** How long the host may take, ms. */
  readonly answerMs: number
  /** Spoken by the carrier's voice. */
  readonly apology: { readonly text: string; readonly language: string }
  /** Told of everything that the host threw. */
  failed(error: unknown): void
}

/** How often the same question comes again, in the field `retry` of the address. */
const MOST_RETRIES = 2

/** Never throws. `url` is the public address that was asked. */
export async function stepsFor(
  errand: DocumentErrand,
  event: Omit<CarrierEvent, 'signal'>,
  { url, options }: { readonly url: string; readonly options: StepsOptions },
): Promise<readonly CallStep[]> {
  const late = new AbortController()
  try {
    return await inTime(ask(options.host, errand, { ...event, signal: late.signal }), options, late)
  } catch (error) {
    options.failed(error)
    return instead(errand, url, options)
  }
}

export function ask(
  host: CarrierHost,
  errand: DocumentErrand,
  event: CarrierEvent,
): Promise<readonly CallStep[]> {
  switch (errand) {
    case 'answer':
      return event.attempt === undefined ? host.incoming(event) : host.answered(event)
    case 'resume':
      return host.streamOver(event)
    case 'dialled':
      return host.dialled(event)
    case 'whisper':
      return host.whisper(event)
    case 'digits':
      return host.digits(event)
    case 'hold':
      return host.hold(event)
    default:
      return errand satisfies never
  }
}

function inTime<T>(
  work: Promise<T>,
  { clock, answerMs }: Pick<StepsOptions, 'clock' | 'answerMs'>,
  late: AbortController,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(answerMs, () => {
      late.abort()
      reject(new Error(`No steps within ${answerMs} ms.`))
    })
    work.then(resolve, reject).finally(cancel)
  })
}

/** Somebody who is to be joined is joined without a word; somebody who waits goes on waiting; else it is tried again. */
function instead(errand: DocumentErrand, url: string, { apology }: StepsOptions): readonly CallStep[] {
  if (errand === 'whisper') return []
  const again = new URL(url)
  if (errand === 'hold')
    return [
      { step: 'pause', seconds: 10 },
      { step: 'redirect', url },
    ]
  const retry = Number(again.searchParams.get('retry') ?? 0)
  if (!(retry < MOST_RETRIES)) return [{ step: 'say', ...apology }, { step: 'hang-up' }]
  again.searchParams.set('retry', String(retry + 1))
  return [
    { step: 'pause', seconds: 1 },
    { step: 'redirect', url: again.toString() },
  ]
}
