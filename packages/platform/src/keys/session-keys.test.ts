import { once } from 'node:events'
import { type FarEvent, systemClock } from '@parley/core'
import { openai, openSocket } from '@parley/providers'
import { codedBrains, openOpenAiRealtimeSim, type RealtimeQuirks, seededRandom } from '@parley/sim'
import { afterEach, describe, expect, it } from 'vitest'
import { createKeyPool } from './key-pool.js'

describe('keys of conversations that last', () => {
  const closing: (() => unknown)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0).reverse()) await close()
  })

  it('are shared out, and left alone while a running conversation says that nothing is left', async () => {
    const quirks: RealtimeQuirks = { left: { requests: 0, tokens: 9, resetSeconds: 30 } }
    const keys = ['sk-one', 'sk-two']
    const world = { clock: systemClock, random: seededRandom(1), brains: codedBrains(), keys, quirks }
    const sim = await openOpenAiRealtimeSim(world)
    closing.push(() => sim.close())
    const pool = createKeyPool({ vendor: 'OpenAI', keys, clock: systemClock })
    closing.push(() => pool.close())
    let names = 0
    const model = openai.realtime?.create(
      { model: 'm-1' },
      {
        clock: systemClock,
        epochMs: () => 0,
        random: () => 0.5,
        newId: () => `id-${++names}`,
        baseUrl: sim.baseUrl,
        keys: pool.sourceFor('tenant'),
        fetch,
        openSocket,
        warn() {},
      },
    )
    closing.push(() => model?.close?.())
    const told = new EventTarget()
    const open = () =>
      model?.open({
        ...{ instructions: '', tools: [], turns: { by: 'gateway' }, language: 'en', rate: 24_000 },
        ...{ transcribes: false, clock: systemClock },
        onEvent: ({ kind }: FarEvent) => void told.dispatchEvent(new Event(kind)),
      })
    const states = () => pool.report().map(({ state, inFlight }) => `${state} ${inFlight}`)

    const first = open()
    await once(told, 'ready')
    expect(states()).toEqual(['ready 1', 'ready 0'])
    first?.respond({ id: 'a-1', input: [] })
    await once(told, 'response-done')
    await until(() => states()[0] === 'limited 1')
    for (let count = 0; count < 2; count++) {
      open()
      await once(told, 'ready')
    }
    expect(states()).toEqual(['limited 1', 'ready 2'])
    await model?.close?.()
    expect(states()).toEqual(['limited 0', 'ready 0'])
  })
})

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(resolve => setImmediate(resolve))
}
