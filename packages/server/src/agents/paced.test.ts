import { VirtualClock } from '@parley/sim'
import { describe, expect, it } from 'vitest'
import { paced } from './paced.js'

describe('what is paced', () => {
  it('runs one after the other, with a rest of twice its time between, and gives its answer before the rest', async () => {
    const clock = new VirtualClock()
    const pace = paced(clock)
    const begun: number[] = []
    const answered: number[] = []
    const run = () =>
      pace(async () => {
        begun.push(clock.now())
        await new Promise<void>(resolve => clock.after(100, resolve))
      }).then(() => answered.push(clock.now()))
    const all = [run(), run(), run()]
    await clock.advance(1_000)
    await Promise.all(all)
    expect(begun.map(ms => ms - (begun[0] ?? 0))).toEqual([0, 300, 600])
    expect(answered.map(ms => ms - (begun[0] ?? 0))).toEqual([100, 400, 700])
  })

  it('refuses more than wait already, and goes on after a failure', async () => {
    const clock = new VirtualClock()
    const pace = paced(clock)
    let fail = (_: Error) => {}
    const first = pace(
      () =>
        new Promise((_, reject) => {
          fail = reject
        }),
    )
    const rest = Array.from({ length: 15 }, () => pace(async () => 'done'))
    await expect(pace(async () => 'late')).rejects.toMatchObject({ code: 'overloaded' })
    fail(new Error('no'))
    await expect(first).rejects.toThrow('no')
    await clock.advance(10)
    expect(await Promise.all(rest)).toHaveLength(15)
  })
})
