import { getEventListeners } from 'node:events'
import { describe, expect, it } from 'vitest'
import { until } from './until.js'

async function* numbers(count: number) {
  for (let value = 0; value < count; value++) yield value
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const value of source) all.push(value)
  return all
}

/** A source that says nothing and whose `return` never comes back, as a generator on a silent socket. */
function silent() {
  const calls = { next: 0, return: 0 }
  const source: AsyncIterable<number> = {
    [Symbol.asyncIterator]: () => ({
      next() {
        calls.next++
        return new Promise<never>(() => {})
      },
      return() {
        calls.return++
        return new Promise<never>(() => {})
      },
    }),
  }
  return { source, calls }
}

describe('until', () => {
  it('passes every value of a source that ends by itself', async () => {
    expect(await collect(until(new AbortController().signal, numbers(4)))).toEqual([0, 1, 2, 3])
  })

  it('ends at once on abort even when the source is silent', async () => {
    const { source, calls } = silent()
    const abort = new AbortController()
    const all = collect(until(abort.signal, source))
    await Promise.resolve()
    abort.abort()
    expect(await all).toEqual([])
    expect(calls).toEqual({ next: 1, return: 1 })
  })

  it('never starts a source whose signal is already aborted', async () => {
    const { source, calls } = silent()
    expect(await collect(until(AbortSignal.abort(), source))).toEqual([])
    expect(calls).toEqual({ next: 0, return: 0 })
  })

  it('throws a failure that comes before the abort', async () => {
    async function* failing() {
      yield 1
      throw new Error('broken')
    }
    await expect(collect(until(new AbortController().signal, failing()))).rejects.toThrow('broken')
  })

  it('throws when the source cannot even be started', async () => {
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => {
        throw new Error('no start')
      },
    }
    await expect(collect(until(new AbortController().signal, source))).rejects.toThrow('no start')
  })

  it('lets a failure that comes after the abort go nowhere', async () => {
    const unhandled: unknown[] = []
    const note = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', note)
    let breakIt: (reason: Error) => void = () => {}
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () =>
          new Promise<never>((_, reject) => {
            breakIt = reject
          }),
        return: () => Promise.reject(new Error('late return')),
      }),
    }
    const abort = new AbortController()
    const all = collect(until(abort.signal, source))
    await Promise.resolve()
    abort.abort()
    expect(await all).toEqual([])
    breakIt(new Error('late next'))
    await new Promise(resolve => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
  })

  it('tells the source to clean up when the reader leaves early', async () => {
    let cleaned = false
    async function* source() {
      try {
        yield 1
        yield 2
      } finally {
        cleaned = true
      }
    }
    for await (const value of until(new AbortController().signal, source())) if (value === 1) break
    await Promise.resolve()
    expect(cleaned).toBe(true)
  })

  it('survives a source whose return throws', async () => {
    const source: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => Promise.resolve({ done: false, value: 1 }),
        return: () => {
          throw new Error('bad return')
        },
      }),
    }
    const seen: number[] = []
    for await (const value of until(new AbortController().signal, source)) {
      seen.push(value)
      break
    }
    expect(seen).toEqual([1])
  })

  it('leaves no abort listener behind over 10,000 uses, however each one ends', async () => {
    const { signal } = new AbortController()
    for (let use = 0; use < 10_000; use++) {
      for await (const value of until(signal, numbers(2))) if (use % 2 === 0 && value === 0) break
      if (use % 1000 === 0) expect(getEventListeners(signal, 'abort')).toHaveLength(0)
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0)
  })
})
