import { readFile } from 'node:fs/promises'
import { type CarrierPrices, parseCarrierPrices } from '@parley/calls'
import { type PriceList, parsePriceList } from '@parley/engines'

/** What vendors and carriers charge, of one file; nothing is known where there is none. */
export interface CallPrices {
  readonly vendors: PriceList | undefined
  readonly carriers: CarrierPrices
}

export async function readCallPrices(path: string | undefined): Promise<CallPrices> {
  if (path === undefined) return { vendors: undefined, carriers: {} }
  const text = await readFile(path, 'utf8')
  return { vendors: parsePriceList(text, path), carriers: parseCarrierPrices(text, path) }
}
