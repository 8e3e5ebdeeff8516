/** The history says of an interrupted reply what the ear got of it, word for word. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { converse, RUNS, world } from './random-world.test-kit.js'

describe('whatever interrupts a reply', { timeout: RUNS * 1_000 }, () => {
  it('its heard text is the words whose sound the ear got to their end, and it is marked', async () => {
    await fc.assert(
      fc.asyncProperty(world, async given => {
        const { talk, legs } = await converse(given)
        for (const { reply, heard, interrupted } of talk.of('reply-ended')) {
          if (!interrupted) continue
          const ends = talk.of('reply-words').filter(words => words.reply === reply)
          const until = (ms: number) => ends.filter(({ untilMs }) => untilMs <= ms + 0.5).length
          const ear = Math.max(...legs.map(leg => leg.ear.heardMs(reply, talk.clock.now())))
          const words = heard.text === '' ? 0 : heard.text.split(' ').length
          const barMs = given.reports && legs.length === 1 ? 0 : heard.errorMs + 20
          expect(words).toBeGreaterThanOrEqual(until(ear - barMs - 1))
          expect(words).toBeLessThanOrEqual(until(ear + barMs))
          const entry = talk.session.history.find(entry => entry.role === 'agent' && entry.reply === reply)
          if (words > 0) expect(entry).toMatchObject({ interrupted: true, text: heard.text })
        }
      }),
      { numRuns: RUNS },
    )
  })
})
