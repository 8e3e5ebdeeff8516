import { randomBytes } from 'node:crypto'
import { VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { BUS_SEAL_BYTES, createBusSeal } from './bus-seal.js'
import { createSealedBus } from './sealed-bus.js'

const random = (count: number) => new Uint8Array(randomBytes(count))
const secret = random(32)
const node = (by = secret, mostSenders?: number) =>
  createBusSeal({ secret: by, randomBytes: random, ...(mostSenders === undefined ? {} : { mostSenders }) })
const sound = random(960)

describe('the seal of messages between nodes', () => {
  it('opens what another node sealed for this channel, once and in order', () => {
    const [from, to] = [node(), node()]
    const sealed = [1, 2, 3].map(() => from.seal('to', sound))
    const [first, second, third] = sealed as [Uint8Array, Uint8Array, Uint8Array]
    expect(first.length).toBe(sound.length + BUS_SEAL_BYTES)
    expect(Buffer.from(first).includes(Buffer.from(sound.subarray(0, 16)))).toBe(false)
    expect(to.open('to', first)).toEqual(Buffer.from(sound))
    expect(to.open('to', third)).toEqual(Buffer.from(sound))
    expect([first, second, third].map(each => to.open('to', each))).toEqual(Array(3).fill('repeated'))
  })

  it('opens nothing on another channel, by another secret, or of what was changed or cut anywhere', () => {
    const [from, to] = [node(), node()]
    const sealed = from.seal('to', Uint8Array.of(1, 2, 3))
    expect(to.open('elsewhere', sealed)).toBe('foreign')
    expect(node(random(32)).open('to', sealed)).toBe('foreign')
    for (let at = 0; at < sealed.length; at++) {
      const changed = Uint8Array.from(sealed)
      changed[at] = (changed[at] as number) ^ 1
      expect(to.open('to', changed)).toBe(at < 4 ? 'unsealed' : 'foreign')
      expect(to.open('to', sealed.slice(0, at))).toBeTypeOf('string')
    }
    expect(to.open('to', sealed)).toEqual(Buffer.of(1, 2, 3))
  })

  it('opens what a node that was started again says, and nothing that it said before', () => {
    const to = node()
    const before = node().seal('to', sound)
    to.open('to', before)
    expect(to.open('to', node().seal('to', sound))).toEqual(Buffer.from(sound))
    expect(to.open('to', before)).toBe('repeated')
  })

  it('remembers so many senders and no more, and none that has not the secret', () => {
    const to = node(secret, 1)
    for (let i = 0; i < 3; i++) expect(to.open('to', node(random(32)).seal('to', sound))).toBe('foreign')
    const known = node()
    expect(to.open('to', known.seal('to', sound))).toBeInstanceOf(Uint8Array)
    expect(to.open('to', node().seal('to', sound))).toBe('crowded')
    expect(to.open('to', known.seal('to', sound))).toBeInstanceOf(Uint8Array)
  })
})

describe('a bus between nodes', () => {
  it('complains of what it does not take, once a minute for each kind, with how much it was', async () => {
    const clock = new VirtualClock()
    const heard: number[] = []
    const warned: string[] = []
    let give = (_: Uint8Array) => {}
    const bus = createSealedBus({
      bus: {
        tell: () => true,
        listen: async (_, hear) => {
          give = hear
        },
      },
      ...{ secret, setting: 'JWT_SECRET', clock, randomBytes: random },
      warn: error => void warned.push(error.message),
    })
    await bus.listen('to', bytes => void heard.push(bytes.length))
    for (let i = 0; i < 5; i++) give(sound)
    expect(warned).toHaveLength(1)
    await clock.advance(60_000)
    give(sound)
    expect(warned).toEqual([
      expect.stringMatching(/^A node sends unsealed messages.* alike\.$/),
      expect.stringMatching(/\(5 since the last such line\)$/),
    ])
    give(node().seal('to', sound))
    expect(heard).toEqual([960])
  })
})
