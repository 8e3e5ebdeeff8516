/**
 * Server-sent events as the HTML standard defines them (§9.2), for bodies of `fetch`: comments and unknown fields are
 * skipped, `data` lines joined, any of the three line ends taken, a byte order mark dropped. An event without an empty
 * line behind it is given at the end of the body, since servers that imitate vendors leave it out.
 */

import { ParleyError } from '@parley/core'

export interface ServerSentEvent {
  /** `message` where the server names none. */
  readonly event: string
  readonly data: string
}

/** Longest event, in characters. */
const MAX_EVENT = 8_000_000

/** @throws ParleyError `provider_failed` for an event that is too long; what the body throws, unchanged. */
export async function* serverSentEvents(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent, void, void> {
  const decoder = new TextDecoder()
  const event = collector()
  let held = ''
  /** Up to here there is no end of a line. */
  let searched = 0
  for await (const bytes of body) {
    held += decoder.decode(bytes, { stream: true })
    let from = 0
    for (let end = lineEnd(held, searched); end !== undefined; end = lineEnd(held, from)) {
      const complete = event.line(held.slice(from, end.at))
      from = end.next
      if (complete !== undefined) yield complete
    }
    held = held.slice(from)
    searched = held.endsWith('\r') ? held.length - 1 : held.length
    if (held.length + event.size() > MAX_EVENT)
      throw new ParleyError('provider_failed', 'An event of the stream is too long.', { retryable: true })
  }
  held += decoder.decode()
  const last = held === '' ? undefined : event.line(held.replace(/\r$/, ''))
  if (last !== undefined) yield last
  const rest = event.line('')
  if (rest !== undefined) yield rest
}

/** Where the next line ends; a CR at the very end may be half of a CRLF, so it waits. */
function lineEnd(text: string, from: number): { readonly at: number; readonly next: number } | undefined {
  const feed = text.indexOf('\n', from)
  const before = feed < 0 ? text.length : feed
  const back = from + text.slice(from, before).indexOf('\r')
  if (back < from) return feed < 0 ? undefined : { at: feed, next: feed + 1 }
  if (back + 1 === text.length) return undefined
  return { at: back, next: feed === back + 1 ? back + 2 : back + 1 }
}

function collector() {
  let name = ''
  let data: string[] = []
  let size = 0
  return {
    size: () => size,
    line(text: string): ServerSentEvent | undefined {
      if (text === '') {
        const complete = data.length === 0 ? undefined : { event: name || 'message', data: data.join('\n') }
        name = ''
        data = []
        size = 0
        return complete
      }
      const colon = text.indexOf(':')
      const field = colon < 0 ? text : text.slice(0, colon)
      const value = colon < 0 ? '' : text.slice(colon + 1).replace(/^ /, '')
      if (field === 'event') name = value
      else if (field === 'data') {
        data.push(value)
        size += value.length
      }
      return undefined
    },
  }
}
