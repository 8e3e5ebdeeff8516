import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createFrameOpener, createFrameSealer, frameKeysOf } from './frame-cipher.js'

const keysOf = (fill: number, kid = 0) => frameKeysOf(new Uint8Array(32).fill(fill), kid)
const keys = keysOf(7)
const badSeal = expect.objectContaining({ code: 'bad_seal' })

describe('a sealed frame', () => {
  it('opens to what was sealed, each once, whatever the order, the losses and the repetitions', () => {
    const frames = fc.array(fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.string({ maxLength: 20 })), {
      maxLength: 20,
    })
    const order = fc.array(fc.nat(19), { maxLength: 60 })
    fc.assert(
      fc.property(frames, order, (messages, arrivals) => {
        const sealer = createFrameSealer(keys)
        const opener = createFrameOpener(keys, 64)
        const sealed = messages.map(message => sealer.seal(message))
        const seen = new Set<number>()
        for (const index of arrivals) {
          const frame = sealed[index]
          const message = messages[index]
          if (frame === undefined || message === undefined) continue
          if (seen.has(index)) {
            expect(() => opener.open(frame)).toThrow(badSeal)
            continue
          }
          seen.add(index)
          const { isBinary, bytes } = opener.open(frame)
          expect(isBinary).toBe(typeof message !== 'string')
          expect(bytes).toEqual(Buffer.from(message as string))
        }
      }),
      { numRuns: 60 },
    )
  })

  it('does not open with any one of its bytes changed, cut off or added, and opens unchanged after that', () => {
    const sealed = createFrameSealer(keys).seal(Buffer.from('forty bytes of speech'))
    const opener = createFrameOpener(keys)
    for (let at = 0; at < sealed.length; at++)
      for (let bit = 0; bit < 8; bit++) {
        const changed = Buffer.from(sealed)
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        expect(() => opener.open(changed), `byte ${at}`).toThrow(badSeal)
      }
    for (let length = 0; length < sealed.length; length++)
      expect(() => opener.open(sealed.subarray(0, length))).toThrow(badSeal)
    expect(() => opener.open(Buffer.concat([sealed, Buffer.of(0)]))).toThrow(badSeal)
    expect(opener.open(sealed).bytes.toString()).toBe('forty bytes of speech')
  })

  it('does not open with another key, another direction’s key, or behind a later one', () => {
    const sealer = createFrameSealer(keys)
    const first = sealer.seal('one')
    expect(() => createFrameOpener(keysOf(8)).open(first)).toThrow(badSeal)
    expect(() => createFrameOpener(keysOf(7, 1)).open(first)).toThrow(badSeal)
    const opener = createFrameOpener(keys)
    opener.open(sealer.seal('two'))
    expect(() => opener.open(first)).toThrow(badSeal)
    expect(opener.missing).toBe(1)
  })

  it('is not made once the counters of a key are used up', () => {
    const sealer = createFrameSealer(keys, 2)
    sealer.seal('one')
    sealer.seal('two')
    expect(() => sealer.seal('three')).toThrow(expect.objectContaining({ code: 'keys_spent' }))
    expect(() => sealer.seal('three')).toThrow(expect.objectContaining({ code: 'keys_spent' }))
  })
})
