/** Reads what a customer asks for in a form, and refuses what the carrier would refuse. */

import type { CarrierWorld } from './carrier-world.js'
import type { CallbackPlan, Instructions, MachineDetection } from './leg.js'
import { RestError } from './rest-answers.js'

/** E.164, or an address of SIP or of an app. */
const reachable = /^(\+[1-9]\d{6,14}|sip:[^\s@]+@[^\s@]+|client:\S+)$/
const MOST_DOCUMENT = 4_000

export function numbersOf({ options }: CarrierWorld, form: URLSearchParams): { from: string; to: string } {
  const to = form.get('To') ?? ''
  const from = form.get('From') ?? ''
  if (to === '') throw new RestError(400, 21201, 'No "To" number is specified')
  if (!reachable.test(to))
    throw new RestError(400, 21211, `The phone number you are attempting to call, ${to}, is not valid.`)
  if (from === '') throw new RestError(400, 21213, 'No "From" number is specified')
  if (!reachable.test(from)) throw new RestError(400, 21212, `The "From" number ${from} is not valid.`)
  const own = options.numbers ?? {}
  if (options.onlyOwnNumbers === true && !(from in own))
    throw new RestError(400, 21210, `The source phone number provided, ${from}, is not yet verified.`)
  return { from, to }
}

export function instructionsOf({ dialect }: CarrierWorld, form: URLSearchParams): Instructions {
  const url = form.get('Url') ?? undefined
  const document = form.get('Twiml') ?? undefined
  if (document !== undefined && dialect === 'signalwire')
    throw new RestError(400, 21205, 'Give a Url; the published interface takes no document here.')
  if (document !== undefined && document.length > MOST_DOCUMENT)
    throw new RestError(400, 21205, `The document is longer than ${MOST_DOCUMENT} characters.`)
  if (url === undefined && document === undefined)
    throw new RestError(400, 21205, 'Url parameter is required.')
  return {
    document,
    url: url === undefined ? undefined : urlOf('Url', url),
    method: form.get('Method') ?? undefined,
    fallbackUrl: form.get('FallbackUrl') ?? undefined,
    fallbackMethod: form.get('FallbackMethod') ?? undefined,
  }
}

export function callbacksOf(form: URLSearchParams): CallbackPlan | undefined {
  const url = form.get('StatusCallback')
  if (url === null) return undefined
  const events = form.getAll('StatusCallbackEvent').flatMap(value => value.split(/[\s,]+/))
  return {
    url: urlOf('StatusCallback', url, 21609),
    method: form.get('StatusCallbackMethod') ?? 'POST',
    events: events.length === 0 ? ['completed'] : events,
  }
}

export function machineDetectionOf(form: URLSearchParams): MachineDetection | undefined {
  const mode = form.get('MachineDetection')
  if (mode === null || form.get('SendDigits') !== null) return undefined
  if (mode !== 'Enable' && mode !== 'DetectMessageEnd')
    throw new RestError(400, 20001, `MachineDetection is ${mode}; give Enable or DetectMessageEnd.`)
  const asyncUrl = form.get('AsyncAmdStatusCallback')
  return {
    mode,
    timeoutMs: secondsOf(form, 'MachineDetectionTimeout', { is: 30, most: 120 }) * 1_000,
    ...(form.get('AsyncAmd') === 'true' && asyncUrl !== null
      ? { asyncUrl, asyncMethod: form.get('AsyncAmdStatusCallbackMethod') ?? undefined }
      : {}),
  }
}

export function secondsOf(
  form: URLSearchParams,
  name: string,
  { is, most }: { readonly is: number; readonly most: number },
): number {
  const given = form.get(name)
  if (given === null) return is
  if (!/^\d{1,6}$/.test(given) || Number(given) > most)
    throw new RestError(400, 20001, `${name} is ${given}; give whole seconds, at most ${most}.`)
  return Number(given)
}

function urlOf(name: string, url: string, code = 21205): string {
  if (URL.canParse(url) && /^https?:/.test(url)) return url
  throw new RestError(400, code, `${name} is not a valid URL: ${url}`)
}
