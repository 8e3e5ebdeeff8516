import type { Fact, ParleyError } from '@parley/core'
import { VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { createEnricher, type EnricherOptions } from './create-enricher.js'
import type { Looked } from './lookups.js'
import { NOW, signal } from './loopback.test-kit.js'
import type { TimedSource } from './source.js'

/** A source that wants every word behind "about", and takes `ms` for it. */
function slow(clock: VirtualClock, name: string, ms: number, more: Partial<TimedSource> = {}) {
  const fetched: string[] = []
  const source: TimedSource = {
    name,
    freshMs: 60_000,
    wants: said => /about (\w+)$/.exec(said)?.[1],
    async fetch(key) {
      fetched.push(key)
      await clock.sleep(ms)
      return [{ source: name, text: `${key} by ${name}`, asOfMs: NOW }]
    },
    ...more,
  }
  return { source, fetched }
}

function setUp(make: (clock: VirtualClock) => Partial<EnricherOptions> & Pick<EnricherOptions, 'sources'>) {
  const clock = new VirtualClock()
  const warnings: ParleyError[] = []
  const maker = createEnricher({ clock, epochMs: () => NOW + clock.now(), ...make(clock) })
  const call = { language: 'en', clock, warn: (error: ParleyError) => warnings.push(error) }
  return { clock, maker, warnings, enricher: maker.forCall(call), other: maker.forCall(call) }
}

const texts = (facts: readonly Fact[]) => facts.map(fact => fact.text)

describe('an enricher', () => {
  it('waits for nothing if the facts came while the caller spoke', async () => {
    const { enricher, clock } = setUp(clock => ({ sources: [slow(clock, 'a', 200).source] }))
    enricher.overhear('tell me about rain')
    await clock.advance(250)
    const enriched = await enricher.enrich('tell me about rain', signal())
    expect(clock.now()).toBe(250)
    expect(enriched).toEqual({
      facts: [{ source: 'a', text: 'rain by a', asOfMs: NOW }],
      late: [],
      failed: [],
    })
    expect(clock.pending).toBe(0)
  })

  it('waits as long as it takes within the budget, and names who is late', async () => {
    const { enricher, clock } = setUp(clock => ({
      sources: [slow(clock, 'a', 100).source, slow(clock, 'b', 290).source, slow(clock, 'c', 310).source],
    }))
    const enriching = enricher.enrich('about rain', signal())
    await clock.advance(299)
    let done = false
    void enriching.then(() => {
      done = true
    })
    await clock.advance(0)
    expect(done).toBe(false)
    await clock.advance(1)
    const { facts, late, failed } = await enriching
    expect(texts(facts)).toEqual(['rain by a', 'rain by b'])
    expect([late, failed]).toEqual([['c'], []])
  })

  it('tells in the next turn what was late in the one before', async () => {
    const { enricher, clock } = setUp(clock => ({ sources: [slow(clock, 'a', 1_000).source] }))
    const first = enricher.enrich('about rain', signal())
    await clock.advance(1_000)
    expect((await first).late).toEqual(['a'])
    expect(texts((await enricher.enrich('about rain', signal())).facts)).toEqual(['rain by a'])
  })

  it('fetches once however many conversations want it', async () => {
    let fetched: string[] = []
    const { enricher, other, clock } = setUp(clock => {
      const made = slow(clock, 'a', 100)
      fetched = made.fetched
      return { sources: [made.source] }
    })
    const both = Promise.all([
      enricher.enrich('about rain', signal()),
      other.enrich('more about rain', signal()),
    ])
    await clock.advance(100)
    expect((await both).map(({ facts }) => texts(facts))).toEqual([['rain by a'], ['rain by a']])
    expect(fetched).toEqual(['rain'])
  })

  it('uses a fact that is not new while it fetches a newer one, and none that is too old', async () => {
    let fetched: string[] = []
    const { enricher, clock } = setUp(clock => {
      const made = slow(clock, 'a', 100, { refetchMs: 1_000, freshMs: 5_000 })
      fetched = made.fetched
      return { sources: [made.source] }
    })
    enricher.overhear('about rain')
    await clock.advance(900)
    await enricher.enrich('about rain', signal())
    expect(fetched).toHaveLength(1)
    await clock.advance(300)
    const before = clock.now()
    expect((await enricher.enrich('about rain', signal())).facts).toHaveLength(1)
    expect([clock.now(), fetched.length]).toEqual([before, 2])
    await clock.advance(5_200)
    const enriching = enricher.enrich('about rain', signal())
    await clock.advance(99)
    let done = false
    void enriching.then(() => {
      done = true
    })
    await clock.advance(0)
    expect(done).toBe(false)
    await clock.advance(1)
    expect((await enriching).facts).toHaveLength(1)
  })

  it('names a source that failed, warns once, and leaves it alone for a while', async () => {
    let tries = 0
    const { enricher, clock, warnings } = setUp(clock => ({
      sources: [
        slow(clock, 'a', 0, {
          fetch: async () => {
            tries++
            throw new Error('no route')
          },
        }).source,
        slow(clock, 'b', 10).source,
      ],
    }))
    for (let round = 0; round < 3; round++) {
      const enriching = enricher.enrich('about rain', signal())
      await clock.advance(10)
      const { facts, failed } = await enriching
      expect([texts(facts), failed]).toEqual([['rain by b'], ['a']])
    }
    expect(tries).toBe(1)
    expect(warnings.map(({ code, message }) => [code, message])).toEqual([
      ['context_failed', 'The source "a" failed: no route'],
    ])
    await clock.advance(10_000)
    void enricher.enrich('about rain', signal())
    await clock.advance(0)
    expect(tries).toBe(2)
  })

  it('keeps the old facts when a newer fetch fails', async () => {
    let tries = 0
    const { enricher, clock } = setUp(clock => ({
      sources: [
        slow(clock, 'a', 0, {
          refetchMs: 10,
          fetch: async key => {
            if (tries++ > 0) throw new Error('gone')
            return [{ source: 'a', text: key, asOfMs: NOW }]
          },
        }).source,
      ],
    }))
    enricher.overhear('about rain')
    await clock.advance(20)
    enricher.overhear('about rain')
    await clock.advance(1)
    expect(tries).toBe(2)
    const { facts, failed } = await enricher.enrich('about rain', signal())
    expect([texts(facts), failed]).toEqual([['rain'], []])
  })

  it('stops a fetch that takes too long, obeyed or not', async () => {
    let aborted = false
    const { enricher, clock } = setUp(clock => ({
      sources: [
        slow(clock, 'a', 0, {
          timeoutMs: 2_000,
          fetch: (_, signal) => {
            signal.addEventListener('abort', () => {
              aborted = true
            })
            return new Promise(() => {})
          },
        }).source,
      ],
    }))
    enricher.overhear('about rain')
    await clock.advance(2_000)
    expect(aborted).toBe(true)
    expect((await enricher.enrich('about rain', signal())).failed).toEqual(['a'])
    expect(clock.pending).toBe(0)
  })

  it('ends at once when the answer is given up', async () => {
    const { enricher, clock } = setUp(clock => ({ sources: [slow(clock, 'a', 200).source] }))
    const controller = new AbortController()
    const enriching = enricher.enrich('about rain', controller.signal)
    await clock.advance(10)
    controller.abort()
    expect((await enriching).late).toEqual(['a'])
    expect(clock.now()).toBe(10)
  })

  it('asks a source at most four different things in one turn', async () => {
    let fetched: string[] = []
    const { enricher, clock } = setUp(clock => {
      const made = slow(clock, 'a', 1)
      fetched = made.fetched
      return { sources: [made.source] }
    })
    for (const word of ['p', 'pa', 'par', 'pari', 'paris', 'parish']) enricher.overhear(`about ${word}`)
    await clock.advance(0)
    expect(fetched).toEqual(['p', 'pa', 'par', 'pari'])
    await clock.advance(1)
    const enriching = enricher.enrich('about paris', signal())
    await clock.advance(1)
    expect(texts((await enriching).facts)).toEqual(['paris by a'])
    enricher.overhear('about rome')
    await clock.advance(0)
    expect(fetched.at(-1)).toBe('rome')
  })

  it('shares facts through a store, and does without one that fails', async () => {
    const kept = new Map<string, Looked>()
    const store = {
      read: async (key: string) => {
        if (key.endsWith('snow')) throw new Error('down')
        return kept.get(key)
      },
      write: async (key: string, looked: Looked) => {
        kept.set(key, looked)
      },
    }
    const fetched: string[][] = []
    for (let process = 0; process < 2; process++) {
      const { enricher, clock } = setUp(clock => {
        const made = slow(clock, 'a', 10)
        fetched.push(made.fetched)
        return { sources: [made.source], store }
      })
      for (const word of ['rain', 'snow']) {
        const enriching = enricher.enrich(`about ${word}`, signal())
        await clock.advance(10)
        expect(texts((await enriching).facts)).toEqual([`${word} by a`])
      }
    }
    expect(fetched).toEqual([['rain', 'snow'], ['snow']])
  })

  it('keeps no more answers than it may', async () => {
    let fetched: string[] = []
    const { enricher, clock } = setUp(clock => {
      const made = slow(clock, 'a', 1)
      fetched = made.fetched
      return { sources: [made.source], maxEntries: 2 }
    })
    for (const word of ['one', 'two', 'three', 'three', 'one']) {
      const enriching = enricher.enrich(`about ${word}`, signal())
      await clock.advance(1)
      await enriching
    }
    expect(fetched).toEqual(['one', 'two', 'three', 'one'])
  })

  it('fetches nothing and closes its sources once it is closed', async () => {
    let closed = 0
    const { enricher, maker, clock } = setUp(clock => ({
      sources: [slow(clock, 'a', 100, { close: async () => void closed++ }).source],
    }))
    enricher.overhear('about rain')
    await maker.close()
    await clock.advance(100)
    enricher.close()
    expect(await enricher.enrich('about rain', signal())).toEqual({ facts: [], late: [], failed: [] })
    expect(closed).toBe(1)
  })
})
