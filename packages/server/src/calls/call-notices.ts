import type { Carrier, CarrierName } from '@parley/calls'
import { EMULATED_NUMBER } from './phone-numbers.js'

/** What is told of phone calls when the gateway has started. */
export function callNotices(
  dials: CarrierName | 'none',
  carriers: ReadonlyMap<CarrierName, Carrier>,
  publicUrl: string | undefined,
): readonly string[] {
  if (dials === 'emulator')
    return [`phone calls: emulated (parley phone, or /phone in the console), ${EMULATED_NUMBER}`]
  if (carriers.size === 0) return []
  const names = [...carriers.keys()].join(', ')
  if (publicUrl !== undefined) return [`phone calls: ${names}; dials ${dials}`]
  return [`phone calls: ${names}, but no carrier can reach this gateway: set PARLEY_PUBLIC_URL`]
}
