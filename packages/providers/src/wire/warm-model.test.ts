import { VirtualClock } from '@parley/sim'
import { expect, it } from 'vitest'
import { rigFor } from './vendor-rig.test-kit.js'
import { warmModel } from './warm-model.js'

function warming(body: string | ReadableStream) {
  const clock = new VirtualClock()
  const context = rigFor({ baseUrl: 'http://vendor' }, { clock, fetch: async () => new Response(body) })
  return { context, vendor: 'Vendor', headers: () => ({}), model: 'wanted', timeoutMs: 3_000, clock }
}

it('warns of a model that is not listed, and of one that ends', async () => {
  const other = warming('{"data":[{"id":"other"}]}')
  await warmModel(other)
  expect(other.context.warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining('does not list the model "wanted"'),
  ])
  const ending = warming('{"data":[{"id":"wanted","shutdown_date":"2027-01-01"}]}')
  await warmModel(ending)
  expect(ending.context.warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining('2027-01-01'),
  ])
})

it('is done when a list stands still, for the connection stands', async () => {
  const warm = warming(new ReadableStream({ start: stream => stream.enqueue(new TextEncoder().encode('{')) }))
  const done = warmModel(warm)
  await new Promise(resolve => setImmediate(resolve))
  await warm.clock.advance(3_000)
  await done
  expect(warm.context.warnings).toEqual([])
  expect(warm.clock.pending).toBe(0)
})
