/** Lines of JSON from a body; the last may lack its end. */

import { garbageError } from './vendor-error.js'

/** Longest line, in characters. */
const MAX_LINE = 8_000_000

/** @throws ParleyError `provider_failed` for what is no JSON, or too long. */
export async function* jsonLines(
  vendor: string,
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<unknown, void, void> {
  const decoder = new TextDecoder()
  let held = ''
  for await (const bytes of body) {
    held += decoder.decode(bytes, { stream: true })
    let from = 0
    for (let end = held.indexOf('\n', from); end >= 0; end = held.indexOf('\n', from)) {
      const line = held.slice(from, end).trim()
      from = end + 1
      if (line !== '') yield parse(vendor, line)
    }
    held = held.slice(from)
    if (held.length > MAX_LINE) throw garbageError(vendor)
  }
  held = (held + decoder.decode()).trim()
  if (held !== '') yield parse(vendor, held)
}

function parse(vendor: string, line: string): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw garbageError(vendor, error)
  }
}
