/**
 * What carriers charge, as the operator has it from their price lists: the section `carriers` of the price file.
 *
 *     carriers:
 *       twilio:
 *         outbound: { "+1": { perMinute: 0.014, every: 60 }, "+34": { perMinute: 0.05, first: 60, every: 1 } }
 *         inbound: { "+": { perMinute: 0.0085 } }
 *         streamPerMinute: 0.004
 *
 * The longest prefix of the far number counts. Amounts are integer millionths of the file's currency from here on.
 */

import { ParleyError } from '@parley/core'
import { parse } from 'yaml'
import { z } from 'zod'

const amount = z.number().min(0)
const rate = z.strictObject({
  perMinute: amount,
  /** Seconds that are charged at least, and steps in which time is charged after them: 60/60, 30/6, 1/1. */
  first: z.number().int().min(1).max(3_600).optional(),
  every: z.number().int().min(1).max(3_600).default(60),
  /** Once for each call that is answered. */
  perCall: amount.default(0),
})
const byPrefix = z.record(z.string().regex(/^\+\d*$/, 'must be + and digits'), rate)
const carrier = z.strictObject({
  outbound: byPrefix.default({}),
  inbound: byPrefix.default({}),
  /** For the media stream, for the carrier's own recording, and once for its detection of machines. */
  streamPerMinute: amount.default(0),
  recordingPerMinute: amount.default(0),
  machinePerCall: amount.default(0),
})

export const carrierPrices = z.record(z.string(), carrier)
export type CarrierPrices = z.output<typeof carrierPrices>

export interface PricedCall {
  readonly carrier: string
  readonly direction: 'inbound' | 'outbound'
  /** The other side's number, E.164. */
  readonly number: string
  /** What the carrier does besides. */
  readonly streams?: boolean
  readonly records?: boolean
  readonly detectsMachines?: boolean
}

/** From the text of the whole price file. @throws ParleyError `bad_config` naming each mistake */
export function parseCarrierPrices(text: string, fileName: string): CarrierPrices {
  const whole: unknown = parse(text)
  const section = z.object({ carriers: carrierPrices.default({}) }).safeParse(whole ?? {})
  if (section.success) return section.data.carriers
  const mistakes = section.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
  throw new ParleyError('bad_config', `${fileName} has wrong prices: ${mistakes.join('; ')}.`)
}

/** What the carrier charges for so many seconds talked, in micros; undefined where there is no price. */
export function carrierMicros(
  prices: CarrierPrices,
  call: PricedCall,
  talkedSeconds: number,
): number | undefined {
  const of = prices[call.carrier]
  const found = of === undefined ? undefined : longest(of[call.direction], call.number)
  if (of === undefined || found === undefined) return undefined
  if (talkedSeconds <= 0) return 0
  const { perMinute, every, first = every, perCall } = found
  const charged = first + Math.max(0, Math.ceil((talkedSeconds - first) / every)) * every
  const besides = (call.streams ? of.streamPerMinute : 0) + (call.records ? of.recordingPerMinute : 0)
  const once = perCall + (call.detectsMachines ? of.machinePerCall : 0)
  const minutes = Math.ceil(talkedSeconds / 60)
  return Math.round(((perMinute * charged) / 60 + besides * minutes + once) * 1_000_000)
}

function longest<Rate>(rates: Readonly<Record<string, Rate>>, number: string): Rate | undefined {
  let best = ''
  for (const prefix of Object.keys(rates)) {
    if (number.startsWith(prefix) && prefix.length > best.length) best = prefix
  }
  return rates[best]
}
