import { describe, expect, it } from 'vitest'
import { partQueue } from './part-queue.js'

const overflow = () => new Error('too much')

async function drain<Part>(parts: AsyncIterable<Part>): Promise<Part[]> {
  const all: Part[] = []
  for await (const part of parts) all.push(part)
  return all
}

describe('a queue of parts', () => {
  it('gives what was pushed before and while it is drawn, then ends', async () => {
    const queue = partQueue<number>(10, overflow)
    queue.push(1)
    const drawn = drain(queue)
    queue.push(2)
    await Promise.resolve()
    queue.push(3)
    queue.end()
    queue.push(4)
    expect(await drawn).toEqual([1, 2, 3])
  })

  it('throws a failure after what came before it, once', async () => {
    const queue = partQueue<number>(10, overflow)
    queue.push(1)
    queue.fail(new Error('first'))
    queue.fail(new Error('second'))
    const iterator = queue[Symbol.asyncIterator]()
    expect(await iterator.next()).toEqual({ done: false, value: 1 })
    await expect(iterator.next()).rejects.toThrow('first')
    expect((await iterator.next()).done).toBe(true)
  })

  it('fails instead of growing over its limit', async () => {
    const queue = partQueue<number>(2, overflow)
    for (const part of [1, 2, 3]) queue.push(part)
    await expect(drain(queue)).rejects.toThrow('too much')
  })
})
