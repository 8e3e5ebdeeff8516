import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ServerSentEvent, serverSentEvents } from './server-sent-events.js'

async function read(text: string, cuts: readonly number[] = []): Promise<ServerSentEvent[]> {
  const bytes = new TextEncoder().encode(text)
  async function* body() {
    let from = 0
    for (const cut of [...cuts.map(each => each % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)) {
      yield bytes.subarray(from, cut)
      from = cut
    }
  }
  const events: ServerSentEvent[] = []
  for await (const event of serverSentEvents(body())) events.push(event)
  return events
}

describe('server-sent events', () => {
  it('joins data lines, takes names, and skips comments and what it does not know', async () => {
    const text = '\uFEFF: hello\nevent: ping\ndata: one\ndata:two\nid: 7\nretry: 3\n\ndata: {"a":1}\n\n\n'
    expect(await read(text)).toEqual([
      { event: 'ping', data: 'one\ntwo' },
      { event: 'message', data: '{"a":1}' },
    ])
  })

  it('gives an event that the end of the body cut off from its empty line', async () => {
    expect(await read('data: [DONE]')).toEqual([{ event: 'message', data: '[DONE]' }])
  })

  it('forgets a name without data', async () => {
    expect(await read('event: ping\n\ndata: x\n\n')).toEqual([{ event: 'message', data: 'x' }])
  })

  it('reads the same events however the bytes are cut, with any of the line ends', async () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 12 }).filter(each => !/[\r\n]/.test(each))
    const event = fc.record({
      name: fc.constantFrom('', 'a', 'response.created'),
      data: fc.array(line, { minLength: 1, maxLength: 3 }),
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n', '\r'),
        fc.array(fc.nat(), { maxLength: 12 }),
        async (events, end, cuts) => {
          const text = events
            .map(
              ({ name, data }) =>
                [name && `event: ${name}`, ...data.map(each => `data: ${each}`)]
                  .filter(each => each !== '')
                  .join(end) +
                end +
                end,
            )
            .join('')
          expect(await read(text, cuts)).toEqual(
            events.map(({ name, data }) => ({ event: name || 'message', data: data.join('\n') })),
          )
        },
      ),
    )
  })

  it('refuses an event without end', async () => {
    async function* endless() {
      const bytes = new TextEncoder().encode(`data: ${'x'.repeat(1_000_000)}`)
      for (;;) yield bytes
    }
    const drain = async () => {
      for await (const _ of serverSentEvents(endless())) void _
    }
    await expect(drain()).rejects.toMatchObject({ code: 'provider_failed' })
  })
})
