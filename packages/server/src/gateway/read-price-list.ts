import { readFile } from 'node:fs/promises'
import { ParleyError } from '@parley/core'
import { type PriceList, parsePriceList } from '@parley/engines'

/** What vendors charge. @throws ParleyError `bad_config` */
export async function readPriceList(path: string): Promise<PriceList> {
  try {
    return parsePriceList(await readFile(path, 'utf8'), path)
  } catch (error) {
    if (error instanceof ParleyError) throw new ParleyError('bad_config', error.message, { cause: error })
    const reason = error instanceof Error ? error.message : String(error)
    throw new ParleyError('bad_config', `PARLEY_PRICES cannot be read (${reason})`, { cause: error })
  }
}
