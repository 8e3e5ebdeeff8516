import type { ReplyId } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lookOn } from './sides.test-kit.js'

/** What a session does to its agent's sound: sends more, has it thrown away and sends it again, begins another reply. */
const act = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('say' as const), ms: fc.integer({ min: 1, max: 30 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('clear' as const), ms: fc.integer({ min: 0, max: 40 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('next' as const), ms: fc.constant(0) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('hear' as const), ms: fc.integer({ min: 1, max: 60 }) }),
  },
)

describe('the places of the agent’s sound', () => {
  it('are those of what was heard there, whatever was held, thrown away and sent again', () => {
    fc.assert(
      fc.property(
        fc.array(act, { minLength: 1, maxLength: 25 }),
        fc.constantFrom(16, 32, 50, 100),
        (acts, hopMs) => {
          const { say, hear, tap, followed } = lookOn()
          const { told } = followed({ hopMs, visemes: false })
          let reply = 1
          let sentMs = 0
          let heardMs = 0
          for (const { kind, ms } of acts) {
            const id = `rpl_${reply}` as ReplyId
            if (kind === 'say') {
              say(sentMs, sentMs + ms * 20, id)
              sentMs += ms * 20
            } else if (kind === 'clear') {
              sentMs = Math.max(0, sentMs - ms * 20)
              tap.agentCleared?.(id, sentMs)
            } else if (kind === 'next') {
              reply += 1
              sentMs = 0
            } else {
              hear(heardMs, heardMs + ms * 20)
              heardMs += ms * 20
            }
          }
          const lastMs = new Map<string, number>()
          for (const message of told) {
            if (message.type === 'cleared') lastMs.set(message.reply, message.heardMs - 1)
            if (message.type !== 'prosody') continue
            const of = message.side === 'user' ? 'user' : message.reply
            for (const { atMs, energy } of message.frames) {
              expect(Math.abs(energy - atMs)).toBeLessThanOrEqual(1)
              expect(atMs).toBeGreaterThan(lastMs.get(of) ?? -1)
              lastMs.set(of, atMs)
            }
          }
        },
      ),
      { numRuns: 60 },
    )
  })
})
