/** Which words the embedded recogniser can pronounce, so that an agent can be checked before anyone calls. */

import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { ParleyError } from '@parley/core'

/** Where Debian's `pocketsphinx-en-us` puts its model. */
export const defaultModel = '/usr/share/pocketsphinx/model/en-us'

export interface KnownWords {
  /** Lower-case words with a pronunciation. */
  readonly known: ReadonlySet<string>
  /** The words asked for that have none, as they were written. */
  readonly unknown: readonly string[]
}

/**
 * Looks words up in the recogniser's dictionary, in pieces so that no frame waits for it. Throws
 * `recogniser_unavailable` when there is no dictionary.
 */
export async function knownWords(words: Iterable<string>, model: string = defaultModel): Promise<KnownWords> {
  const asked = new Set(words)
  const wanted = new Set([...asked].map(word => word.toLowerCase()))
  const known = new Set<string>()
  try {
    for await (const lines of dictionaryLines(join(model, 'cmudict-en-us.dict'))) {
      for (const line of lines) {
        const end = line.search(/[ (]/)
        const word = end < 0 ? line : line.slice(0, end)
        if (wanted.has(word)) known.add(word)
      }
    }
  } catch (error) {
    const message =
      'The dictionary of the recogniser cannot be read; install the Debian package pocketsphinx-en-us.'
    throw new ParleyError('recogniser_unavailable', message, { cause: error })
  }
  return { known, unknown: [...asked].filter(word => !known.has(word.toLowerCase())).sort() }
}

/** In batches: to wait for each of 130,000 lines took longer than to look at them. */
async function* dictionaryLines(path: string): AsyncGenerator<readonly string[]> {
  let rest = ''
  for await (const chunk of createReadStream(path, 'utf8')) {
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    yield lines
  }
  if (rest !== '') yield [rest]
}
