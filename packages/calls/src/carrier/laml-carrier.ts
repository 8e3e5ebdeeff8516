/**
 * Twilio's interface, which SignalWire (as LaML) and the emulator have, too: form posts under the account, Basic
 * authorisation, JSON back, documents and HMAC signatures. What differs between them comes in as parameters.
 */

import { ParleyError } from '@parley/core'
import type { CarrierName } from '../call.js'
import type { CallStep, Carrier, DialOrder } from './carrier.js'
import { type CarrierIdentity, garbageFrom } from './carrier-errors.js'
import { callDocument, type Dialect } from './document.js'
import { findPlaced } from './find-placed.js'
import { writeForm } from './form.js'
import { type HmacSigner, verifyHmac } from './hmac-signature.js'
import { checkE164 } from './party-number.js'
import { placedIn } from './placed-call.js'
import { readFormNews } from './read-form-news.js'
import type { Rest } from './rest-client.js'

export interface LamlParts {
  readonly name: CarrierName
  readonly who: CarrierIdentity
  readonly rest: Rest
  /** `/2010-04-01/Accounts/AC…` */
  readonly accountPath: string
  readonly dialect: Dialect
  readonly signer: HmacSigner
  readonly can: Carrier['can']
  /** Whether a live call takes a document in the request, or only an address of one. */
  readonly takesDocuments: boolean
  readonly longestDetectionSeconds?: number
}

/** The longest document that fits into a request. */
const INLINE_CHARACTERS = 4_000
const FORM = 'application/x-www-form-urlencoded'

export function createLamlCarrier(parts: LamlParts): Carrier {
  const { who, rest, accountPath, dialect, signer } = parts

  const change = (carrierCall: string, fields: Parameters<typeof writeForm>[0], signal: AbortSignal) =>
    rest(
      {
        method: 'POST',
        path: `${accountPath}/Calls/${callId(carrierCall)}.json`,
        body: writeForm(fields),
        contentType: FORM,
        ofCall: true,
      },
      signal,
    )

  return {
    name: parts.name,
    can: parts.can,
    async dial(order, signal) {
      const body = writeForm(dialFields(order))
      const placed = await rest(
        { method: 'POST', path: `${accountPath}/Calls.json`, body, contentType: FORM },
        signal,
      )
      return placedIn(placed) ?? fail(garbageFrom(who))
    },
    find: (order, signal) => findPlaced({ rest, accountPath, who }, order, signal),
    async hangUp(carrierCall, signal) {
      try {
        await change(carrierCall, { Status: 'completed' }, signal)
      } catch (error) {
        if (!(error instanceof ParleyError && error.code === 'call_over')) throw error
      }
    },
    async redirect(carrierCall, steps, signal) {
      await change(carrierCall, redirection(parts, steps), signal)
    },
    answer: steps => ({ contentType: 'text/xml; charset=utf-8', body: callDocument(steps, dialect) }),
    verify: request => verifyHmac(request, signer),
    read: readFormNews,
  }
}

function dialFields(order: DialOrder): Parameters<typeof writeForm>[0] {
  const { answerUrl, statusUrl, machineUrl } = order
  return {
    To: checkE164(order.to, 'to'),
    From: checkE164(order.from, 'from'),
    Url: answerUrl,
    Method: 'POST',
    // The same address again: behind a balancer it is another node.
    FallbackUrl: answerUrl,
    FallbackMethod: 'POST',
    StatusCallback: statusUrl,
    StatusCallbackMethod: 'POST',
    StatusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'],
    Timeout: String(Math.min(600, Math.max(1, Math.round(order.ringSeconds)))),
    TimeLimit: String(Math.max(1, Math.round(order.maxSeconds))),
    ...(machineUrl === undefined
      ? {}
      : {
          MachineDetection: 'DetectMessageEnd',
          AsyncAmd: 'true',
          AsyncAmdStatusCallback: machineUrl,
          AsyncAmdStatusCallbackMethod: 'POST',
        }),
  }
}

function redirection(
  { dialect, who, takesDocuments }: LamlParts,
  steps: readonly CallStep[],
): Parameters<typeof writeForm>[0] {
  const [only] = steps
  if (steps.length === 1 && only?.step === 'redirect') return { Url: only.url, Method: 'POST' }
  if (steps.length === 1 && only?.step === 'hang-up') return { Status: 'completed' }
  if (!takesDocuments)
    throw new ParleyError(
      'bad_message',
      `${who.name} takes no document in a request; redirect the call to an address that gives one.`,
      { details: { placed: 'no' } },
    )
  const document = callDocument(steps, dialect)
  if (document.length > INLINE_CHARACTERS)
    throw new ParleyError(
      'bad_message',
      `The document has ${document.length} characters, and a request takes ${INLINE_CHARACTERS}; redirect the call to an address that gives it.`,
      { details: { placed: 'no' } },
    )
  return { Twiml: document }
}

/** Ids come from the carrier, and go into a path again. */
function callId(carrierCall: string): string {
  if (/^[A-Za-z0-9_-]{1,64}$/.test(carrierCall)) return carrierCall
  return fail(new ParleyError('bad_message', 'That is no id of a call.', { details: { placed: 'no' } }))
}

function fail(error: ParleyError): never {
  throw error
}
