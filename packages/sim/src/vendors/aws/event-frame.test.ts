import { EventStreamCodec } from '@smithy/eventstream-codec'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeFrame, frameReader } from './event-frame.js'

const codec = new EventStreamCodec(
  bytes => Buffer.from(bytes as Uint8Array).toString('utf8'),
  text => Buffer.from(text),
)
const frames = fc.record({
  headers: fc.dictionary(
    fc.stringMatching(/^:?[a-z-]{1,20}$/).filter(name => name !== '__proto__'),
    fc.oneof(
      fc.string({ maxLength: 30 }).map(text => Buffer.from(text).toString('utf8')),
      fc.uint8Array({ maxLength: 30 }).map(each => Buffer.from(each)),
    ),
    { noNullPrototype: true },
  ),
  body: fc.uint8Array({ maxLength: 200 }).map(each => Buffer.from(each)),
})

describe('a message of an event stream', () => {
  it('is read as it was written, however it is cut on the way', () => {
    fc.assert(
      fc.property(fc.array(frames, { maxLength: 4 }), fc.integer({ min: 1, max: 50 }), (written, size) => {
        const bytes = Buffer.concat(written.map(encodeFrame))
        const reader = frameReader()
        const read = []
        for (let at = 0; at < bytes.length; at += size)
          read.push(...reader.read(bytes.subarray(at, at + size)))
        expect(read).toEqual(written)
      }),
    )
  })

  it("is what the vendor's own codec writes and reads", () => {
    fc.assert(
      fc.property(frames, ({ headers, body }) => {
        const theirs = Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [
            name,
            typeof value === 'string'
              ? { type: 'string' as const, value }
              : { type: 'binary' as const, value: new Uint8Array(value) },
          ]),
        )
        expect(Buffer.from(codec.encode({ headers: theirs, body }))).toEqual(encodeFrame({ headers, body }))
        expect(codec.decode(encodeFrame({ headers, body })).headers).toEqual(theirs)
      }),
    )
  })

  it('is refused when a byte of it is changed', () => {
    const bytes = encodeFrame({ headers: { ':event-type': 'a' }, body: Buffer.from('abc') })
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      // A longer length only waits for more; every other change is found.
      const read = () => frameReader().read(Buffer.concat([changed, Buffer.alloc(300)]))
      if (changed.readUInt32BE(0) <= bytes.length + 300) expect(read).toThrow()
    }
  })
})
