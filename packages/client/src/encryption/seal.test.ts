import { SEALED_SOUND, SEALED_TEXT } from '@parley/protocol/sframe'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { SealHandlers } from './encryption-types.js'
import { type FrameKeys, frameKeysOf } from './frame-keys-of.js'
import { createFrameOpener, createFrameSealer } from './frames.js'
import { createSeal } from './seal.js'

const { subtle } = globalThis.crypto
let keys: FrameKeys
let otherKeys: FrameKeys
beforeAll(async () => {
  keys = await frameKeysOf(subtle, new Uint8Array(32).fill(7).buffer, 0)
  otherKeys = await frameKeysOf(subtle, new Uint8Array(32).fill(8).buffer, 0)
})

const bytesOf = (text: string) => new TextEncoder().encode(text)

function sealed(handlers: Partial<SealHandlers> = {}, by = subtle) {
  const told: unknown[] = []
  const seal = createSeal({
    subtle: by,
    client: keys,
    gateway: keys,
    handlers: {
      send: bytes => told.push(bytes),
      text: text => told.push(text),
      audio: bytes => told.push(new Uint8Array(bytes)),
      unopened: () => told.push('unopened'),
      broken: why => told.push(why),
      ...handlers,
    },
  })
  return { seal, told }
}

/** The browser's cryptography, which may answer a later question first. */
function unordered(): { subtle: SubtleCrypto; answerLastFirst(): Promise<void> } {
  const waiting: (() => void)[] = []
  const later = <Result>(result: Promise<Result>) =>
    new Promise<Result>(resolve => waiting.push(() => resolve(result)))
  const slow = {
    encrypt: (...all: Parameters<SubtleCrypto['encrypt']>) => later(subtle.encrypt(...all)),
    decrypt: (...all: Parameters<SubtleCrypto['decrypt']>) => later(subtle.decrypt(...all)),
  }
  return {
    subtle: slow as unknown as SubtleCrypto,
    async answerLastFirst() {
      for (const answer of waiting.splice(0).reverse()) {
        answer()
        await Promise.resolve()
      }
    },
  }
}

describe('a seal', () => {
  it('sends in the order in which it was given, however the browser answers', async () => {
    const { subtle: slow, answerLastFirst } = unordered()
    const sent: Uint8Array<ArrayBuffer>[] = []
    const { seal } = sealed({ send: bytes => sent.push(bytes) }, slow)
    for (const text of ['one', 'two', 'three']) seal.sendText(text)
    seal.sendSound(Uint8Array.of(1, 2))
    expect(seal.waitingBytes).toBe(4 + 4 + 6 + 3)
    await answerLastFirst()
    await seal.flushed()
    expect(seal.waitingBytes).toBe(0)
    const opener = createFrameOpener(subtle, keys)
    const opened = await Promise.all(sent.map(opener.open))
    expect(opened.map(plain => plain && [...plain])).toEqual([
      ...['one', 'two', 'three'].map(text => [SEALED_TEXT, ...bytesOf(text)]),
      [SEALED_SOUND, 1, 2],
    ])
  })

  it('hands on in the order of arrival, however the browser answers', async () => {
    const { subtle: slow, answerLastFirst } = unordered()
    const { seal, told } = sealed({}, slow)
    const sealer = createFrameSealer(subtle, keys)
    const texts = ['one', 'two', 'three']
    for (const text of texts) {
      const frame = await sealer.seal(Uint8Array.of(SEALED_TEXT, ...bytesOf(text)))
      seal.receive(frame?.buffer)
    }
    await answerLastFirst()
    await expect.poll(() => told).toEqual(texts)
  })

  it('breaks off when the page cannot follow', () => {
    const { seal, told } = sealed()
    for (let i = 0; i < 3; i++) seal.sendSound(new Uint8Array(900_000))
    expect(told).toEqual(['behind'])
  })

  it('breaks off when the browser’s cryptography fails', async () => {
    const { seal, told } = sealed({}, { encrypt: () => Promise.reject(new Error('gone')) } as never)
    seal.sendText('one')
    await seal.flushed()
    expect(told).toEqual(['failed'])
  })

  it('drops what is no frame of these keys and tells of the first; ten in a row are too many', async () => {
    const { seal, told } = sealed()
    const good = createFrameSealer(subtle, keys)
    const foreign = await createFrameSealer(subtle, otherKeys).seal(Uint8Array.of(SEALED_TEXT, 65))
    const kindless = await good.seal(Uint8Array.of(9, 65))
    const empty = await good.seal(new Uint8Array(0))
    for (const wrong of [foreign?.buffer, kindless?.buffer, empty?.buffer, 'text', new ArrayBuffer(0), {}])
      seal.receive(wrong)
    const right = await good.seal(Uint8Array.of(SEALED_TEXT, 65))
    seal.receive(right?.buffer)
    await expect.poll(() => told).toEqual(['unopened', 'A'])
    for (let i = 0; i < 10; i++) seal.receive(right?.buffer)
    await expect.poll(() => told).toEqual(['unopened', 'A', 'tampered'])
  })
})

describe('frames in the browser', () => {
  it('open once each and in order, whatever is lost, repeated or late', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(9), { maxLength: 20 }), async arrivals => {
        const sealer = createFrameSealer(subtle, keys)
        const opener = createFrameOpener(subtle, keys)
        const frames = await Promise.all(Array.from({ length: 10 }, (_, i) => sealer.seal(Uint8Array.of(i))))
        let highest = -1
        const expected = arrivals.map(index => {
          if (index <= highest) return undefined
          highest = index
          return Uint8Array.of(index)
        })
        const opened = arrivals.map(index => opener.open(frames[index] ?? new Uint8Array(0)))
        expect(await Promise.all(opened)).toEqual(expected)
      }),
      { numRuns: 30 },
    )
  })

  it('are not made once the counters of a key are used up', async () => {
    const sealer = createFrameSealer(subtle, keys, 1)
    expect(await sealer.seal(new Uint8Array(1))).toBeDefined()
    expect(sealer.seal(new Uint8Array(1))).toBeUndefined()
  })
})
