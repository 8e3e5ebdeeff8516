import type { TurnId } from '@parley/core'
import { type RealtimeFormat, type RealtimeItem, realtimePcm } from '@parley/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HandClock } from '../ws/harness.test.support.js'
import { createEventQueue } from './event-queue.js'
import { createInputSound } from './input-sound.js'
import { createItemBook } from './item-book.js'
import { createKeptSound } from './kept-sound.js'
import { decodeSound, encodeSound } from './sound-codec.js'

describe('sound in base64', () => {
  it('comes back as it was, in PCM', () => {
    fc.assert(
      fc.property(fc.int16Array(), samples => {
        expect(decodeSound(encodeSound(samples, realtimePcm), realtimePcm)).toEqual(samples)
      }),
    )
  })

  it.each<RealtimeFormat>([{ type: 'audio/pcmu' }, { type: 'audio/pcma' }])(
    'is the same bytes again in %j',
    format => {
      fc.assert(
        fc.property(fc.uint8Array(), bytes => {
          const base64 = Buffer.from(bytes).toString('base64')
          const samples = decodeSound(base64, format) ?? new Int16Array(0)
          expect(samples.length).toBe(bytes.length)
          // Both codes have two names for silence.
          const again = decodeSound(encodeSound(samples, format), format)
          expect(again).toEqual(samples)
        }),
      )
    },
  )

  it('is refused where it is no base64, or half a sample', () => {
    for (const odd of ['AA==', 'AAAA', '!!!!', 'AA AA', 'A', '====='])
      expect(decodeSound(odd, realtimePcm)).toBeUndefined()
    expect(decodeSound('', realtimePcm)).toEqual(new Int16Array(0))
  })
})

describe('kept sound', () => {
  it('forgets the oldest item first, and never keeps more than it may', () => {
    const kept = createKeptSound(100)
    kept.add('a', new Int16Array(800), 8_000)
    expect(kept.get('a')?.samples.length).toBe(800)
    kept.add('b', new Int16Array(80), 8_000)
    expect(kept.get('a')).toBeUndefined()
    kept.add('b', new Int16Array(80).fill(1), 8_000)
    expect(kept.get('b')?.samples.length).toBe(160)
    kept.cut('b', 15)
    expect(kept.get('b')?.samples.length).toBe(120)
    kept.remove('b')
    expect(kept.get('b')).toBeUndefined()
  })
})

describe('the items of a conversation', () => {
  const item = (id: string) =>
    ({ id, object: 'realtime.item', type: 'message', status: 'completed' }) as RealtimeItem

  it('stand where they were put, and are forgotten beyond the most', () => {
    const forgotten: string[] = []
    const book = createItemBook({
      most: 3,
      mostCharacters: 10_000,
      forgotten: id => forgotten.push(id),
      crowdedOut: () => {},
    })
    expect(book.add(item('a'), { turn: 'ta' as TurnId })).toEqual({ previous: null })
    expect(book.add(item('b'), undefined)).toEqual({ previous: 'a' })
    expect(book.add(item('c'), undefined, 'a')).toEqual({ previous: 'a' })
    expect(book.add(item('x'), undefined, 'nobody')).toBeUndefined()
    expect(book.turnBefore('b')).toBe('ta')
    expect(book.turnBefore('a')).toBeNull()
    expect(book.add(item('d'), undefined, null)).toEqual({ previous: null })
    expect(forgotten).toEqual(['d'])
    expect(book.last).toBe('b')
    expect(book.remove('b')).toBe(true)
    expect(book.remove('b')).toBe(false)
    expect(book.last).toBe('c')
  })
})

describe('what the client appends', () => {
  it('is counted, kept as long as it may be wanted, and placed by the session’s own time', () => {
    const clock = new HandClock()
    let frames = 0
    let keptMs = 1_000
    const input = createInputSound({
      now: () => clock.now(),
      keptMs: () => keptMs,
      give: () => {
        frames += 1
      },
    })
    input.hear(new Int16Array(24 * 90), 24_000)
    expect(frames).toBe(5)
    expect([input.heldMs, input.totalMs]).toEqual([90, 90])
    // The sender is silent: the session's time goes on, the sound does not.
    clock.advance(2_000)
    input.hear(new Int16Array(24 * 20), 24_000)
    expect(input.totalMs).toBe(110)
    expect(input.totalAt(2_090)).toBeCloseTo(110, 5)
    expect(input.take(100)?.samples.length).toBe(240)
    expect(input.heldMs).toBe(0)
    keptMs = 40
    for (let count = 0; count < 10; count++) input.hear(new Int16Array(8 * 20), 8_000)
    expect(input.take(0)?.samples.length).toBe(8 * 40)
  })
})

describe('the queue of events', () => {
  it('holds back what cannot be taken yet, keeps the order, and says when it is full', () => {
    const taken: string[] = []
    let mayTake = false
    const queue = createEventQueue({
      clock: new HandClock(),
      maxBytes: 200,
      take: text => mayTake && taken.push(text) > 0,
      hear: () => {},
    })
    expect(queue.add('one')).toBe(true)
    expect(queue.add('two')).toBe(true)
    expect(queue.add('x'.repeat(100))).toBe(false)
    mayTake = true
    queue.resume()
    expect(taken).toEqual(['one', 'two'])
    expect(queue.add('three')).toBe(true)
    expect(taken).toEqual(['one', 'two', 'three'])
  })
})
