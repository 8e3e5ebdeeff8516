import { createHash } from 'node:crypto'
import { isDurable, type ReplyId } from '@parley/core'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { converse, RUNS, world } from './random-world.test-kit.js'

describe('whatever caller, network and engine do', { timeout: RUNS * 1_000 }, () => {
  it('nothing of a cut reply is sent, nothing before commit, every reply ends once and is heard as told', async () => {
    await fc.assert(
      fc.asyncProperty(world, async given => {
        const { talk, legs, restingFloor } = await converse(given)
        const startedAt = new Map(talk.of('reply-started').map(({ reply, atMs }) => [reply, atMs]))
        const ended = talk.of('reply-ended')

        for (const leg of legs) {
          // A reply that was only held goes on; one that was cut is cleared last, and nothing of it follows.
          const cut = new Set(ended.filter(({ interrupted }) => interrupted).map(({ reply }) => reply))
          for (const [index, { reply, sentBefore, atMs }] of leg.cleared.entries()) {
            if (!cut.has(reply) || leg.cleared.slice(index + 1).some(later => later.reply === reply)) continue
            // Its last clear here may have been a hold's, where another leg saw it cut.
            if (talk.of('resumed').some(each => each.reply === reply && each.atMs >= atMs)) continue
            expect(leg.sent.slice(sentBefore).filter(frame => frame.reply === reply)).toEqual([])
          }
          for (const frame of leg.sent)
            expect(frame.atMs).toBeGreaterThanOrEqual(startedAt.get(frame.reply) ?? Infinity)
        }

        expect(ended.map(({ reply }) => reply).sort()).toEqual([...startedAt.keys()].sort())
        expect(talk.engine.finished).toBe(talk.engine.started)
        expect(talk.engine.closed).toBe(1)
        expect(restingFloor).toBe('open')
        expect(talk.events.at(-1)?.kind).toBe('session-ended')

        for (const { heard, reply, interrupted } of ended) {
          const ear = Math.max(...legs.map(leg => leg.ear.heardMs(reply as ReplyId, talk.clock.now())))
          // Exact where the far end's last count came; else within the error bar that the session itself states.
          const exact = !interrupted || (given.reports && legs.length === 1)
          const barMs = exact ? 0 : heard.errorMs
          expect(Math.abs(heard.ms - ear)).toBeLessThanOrEqual(20 + barMs)
        }

        const told = ended.filter(({ heard }) => heard.text !== '').map(({ heard }) => heard.text)
        const remembered = talk.session.history.filter(({ role }) => role === 'agent').map(({ text }) => text)
        expect(remembered.sort()).toEqual(told.sort())
      }),
      { numRuns: RUNS },
    )
  })

  it('history stands in the order of the turns and says what was announced', async () => {
    await fc.assert(
      fc.asyncProperty(world, async given => {
        const { talk } = await converse(given)
        const { history } = talk.session
        const order = history.map(({ turn }) => Number(turn.split('_')[1]))
        expect(order).toEqual([...order].sort((a, b) => a - b))
        const said = new Map(talk.of('transcript-final').map(({ turn, text }) => [turn, text]))
        const users = history.flatMap(entry => (entry.role === 'user' ? [[entry.turn, entry.text]] : []))
        expect(new Map(users as [])).toEqual(said)
        expect(talk.stored).toEqual(talk.events.filter(isDurable))
      }),
      { numRuns: RUNS },
    )
  })

  it('every ledger adds up, every ducking ends, and nothing is left running', async () => {
    await fc.assert(
      fc.asyncProperty(world, async given => {
        const { talk, legs } = await converse(given)
        for (const { ledger } of talk.of('ledger')) {
          const sum = ledger.stages.reduce((total, { durationMs }) => total + durationMs, 0)
          expect(sum).toBeCloseTo(ledger.totalMs, 6)
          expect(ledger.stages.every(({ durationMs }) => durationMs >= 0)).toBe(true)
        }
        const answered = talk.of('ledger').map(({ reply }) => reply)
        expect(new Set(answered).size).toBe(answered.length)

        // What was cut is told of after its round trip; the next may be lowered before.
        const ducked = new Set<ReplyId>()
        for (const event of talk.events) {
          if (event.kind === 'ducked') {
            expect(ducked).not.toContain(event.reply)
            ducked.add(event.reply)
          }
          if (event.kind === 'resumed' || event.kind === 'reply-ended') ducked.delete(event.reply)
        }
        expect([...ducked]).toEqual([])
        expect(legs.at(-1)?.ducks.at(-1)?.on ?? false).toBe(false)

        expect(talk.of('session-started')).toHaveLength(1)
        expect(talk.of('session-ended')).toHaveLength(1)
        expect(talk.clock.pending).toBe(0)
      }),
      { numRuns: RUNS },
    )
  })

  it('the same world gives the same conversation, event for event', async () => {
    await fc.assert(
      fc.asyncProperty(world, async given => {
        const digest = async () => {
          const { talk, legs } = await converse(given)
          return createHash('sha256')
            .update(JSON.stringify([talk.events, legs.map(({ sent }) => sent)]))
            .digest('hex')
        }
        expect(await digest()).toBe(await digest())
      }),
      { numRuns: Math.ceil(RUNS / 5) },
    )
  })
})
