import type { DurableEvent, SessionId } from '@parley/core'
import { ParleyError } from '@parley/core'
import type { RunUsage, Store } from '@parley/platform'
import { describe, expect, it } from 'vitest'
import type { Log } from '../log/log.js'
import { createHandClock } from '../testing/hand-clock.js'
import { keepUsage } from './usage-keeper.js'

const id = 'ses_1' as SessionId
const llm = { slot: 'llm', provider: 'acme', model: 'small' } as const

function bench(fails = () => false) {
  const clock = createHandClock()
  const told: string[] = []
  const warned: unknown[] = []
  const store: Pick<Store, 'write' | 'writeUsage'> = {
    write: async (_, { kind }) => void told.push(kind),
    async writeUsage(_, { run, lines }: RunUsage) {
      told.push(`${run} ${lines.map(({ used }) => used.inputTokens).join(' ')}`)
      if (fails()) throw new ParleyError('store_unavailable')
    },
  }
  const log = { warn: (facts: unknown) => void warned.push(facts) } as unknown as Log
  const keeper = keepUsage({ store, clock, log }, { id, run: 'run' })
  const write = (kind: DurableEvent['kind']) => keeper.journal.write(id, { kind } as DurableEvent)
  return { ...keeper, clock, told, warned, write }
}

describe('what a conversation used', () => {
  it('goes to the store before the end of a reply, and only where it has changed', async () => {
    const { usage, write, told } = bench()
    usage.used(llm, { inputTokens: 5 })
    await write('transcript-final')
    await write('reply-ended')
    await write('reply-ended')
    usage.used(llm, { inputTokens: 2 })
    await write('reply-ended')
    expect(told).toEqual(['transcript-final', 'run 5', 'reply-ended', 'reply-ended', 'run 7', 'reply-ended'])
  })

  it('goes there at the end, and once more for all that comes late together', async () => {
    const { usage, end, told, clock } = bench()
    usage.used(llm, { inputTokens: 5 })
    end()
    usage.used(llm, { inputTokens: 1 })
    usage.used(llm, { inputTokens: 1 })
    await clock.advance(1_000)
    expect(told).toEqual(['run 5', 'run 7'])
  })

  it('is told again, whole, after a write that failed', async () => {
    let isDown = true
    const { usage, write, end, told, warned } = bench(() => isDown)
    usage.used(llm, { inputTokens: 5 })
    await write('reply-ended')
    isDown = false
    await write('reply-ended')
    end()
    expect(told).toEqual(['run 5', 'reply-ended', 'run 5', 'reply-ended'])
    expect(warned).toHaveLength(1)
  })
})
