/**
 * An answer as server-sent events. Nothing is written before the first event, so that a fault at the first output can
 * still be a status; after it, faults are what a stream can do.
 */

import type { SimExchange } from './sim-exchange.js'
import type { SimFault } from './vendor-sim.js'

export interface SimEventStream {
  /** Sends JSON, noted as sent; `name` is the event's, where the vendor gives one. */
  event(message: unknown, name?: string): void
  /** Sends text as `data`, as it stands. */
  text(data: string): void
  /** A comment, which clients skip. */
  comment(text: string): void
  end(): void
  /** What a fault does here. `worded` is the vendor's own error event, for faults that it words. */
  fail(fault: SimFault, worded: { readonly message: unknown; readonly name?: string }): void
}

export function simEventStream(
  { response, note, fail }: SimExchange,
  headers: Readonly<Record<string, string>>,
): SimEventStream {
  const write = (text: string) => {
    if (response.destroyed || response.writableEnded) return
    if (!response.headersSent)
      response.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
        ...headers,
      })
    response.write(text)
  }
  const event: SimEventStream['event'] = (message, name) => {
    note(message)
    write(`${name === undefined ? '' : `event: ${name}\n`}data: ${JSON.stringify(message)}\n\n`)
  }
  return {
    event,
    text: data => write(`data: ${data}\n\n`),
    comment: text => write(`: ${text}\n\n`),
    end() {
      if (!response.destroyed) response.end()
    },
    fail(fault, worded) {
      if (!response.headersSent) return fail(fault)
      switch (fault.kind) {
        case 'limited':
        case 'failing':
        case 'unauthorised':
        case 'expired':
          event(worded.message, worded.name)
          return void response.end()
        case 'garbage':
          write('data: }{ this is no message\n\n')
          return void response.end()
        case 'drop':
          write('data: {"type":"half a mess')
          return void response.destroy()
        default:
          fail(fault)
      }
    },
  }
}

/** A text in pieces of 1 to `most` characters, cut also within escapes; joined they are the text. */
export function awkwardPieces(text: string, random: () => number, most = 5): string[] {
  const characters = [...text]
  const pieces: string[] = []
  for (let at = 0; at < characters.length; ) {
    const length = 1 + Math.floor(random() * most)
    pieces.push(characters.slice(at, at + length).join(''))
    at += length
  }
  return pieces
}

/** About the tokens of a text: nobody counts on the number, only that it is one. */
export function simTokens(text: string): number {
  return Math.ceil(text.length / 4)
}
