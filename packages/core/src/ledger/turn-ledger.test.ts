import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ledgerMarks } from './marks.js'
import { TurnLedger } from './turn-ledger.js'

describe('the ledger of a turn', () => {
  it('adds up whatever the order and the moments of the marks', () => {
    const marks = fc.array(
      fc.tuple(fc.constantFrom(...ledgerMarks), fc.integer({ min: -1_000, max: 9_000 })),
      {
        maxLength: 30,
      },
    )
    fc.assert(
      fc.property(marks, line => {
        const ledger = new TurnLedger()
        for (const [mark, atMs] of line) ledger.mark(mark, atMs)
        const closed = ledger.close('estimated')
        const has = (name: string) => line.some(([mark]) => mark === name)
        expect(closed !== undefined).toBe(has('last-voice') && has('first-heard'))
        if (closed === undefined) return
        const sum = closed.stages.reduce((total, { durationMs }) => total + durationMs, 0)
        expect(sum + closed.unattributedMs).toBe(closed.totalMs)
        let endMs = 0
        for (const { startMs, durationMs } of closed.stages) {
          expect(startMs).toBe(endMs)
          expect(durationMs).toBeGreaterThanOrEqual(0)
          endMs = startMs + durationMs
        }
      }),
    )
  })

  it('takes the first word for what the answer did and the last for what the caller did', () => {
    const ledger = new TurnLedger()
    for (const atMs of [100, 200]) {
      ledger.mark('last-voice', atMs)
      ledger.mark('first-voice', atMs + 300)
      ledger.mark('first-heard', atMs + 900)
    }
    expect(ledger.close('reported')).toMatchObject({
      totalMs: 800,
      stages: [
        { stage: 'first-voice', durationMs: 200 },
        { stage: 'first-heard', durationMs: 600 },
      ],
    })
  })

  it('forgets a discarded answer and not the end of the turn', () => {
    const ledger = new TurnLedger()
    ledger.mark('last-voice', 0)
    ledger.mark('first-voice', 50)
    ledger.mark('endpoint', 700)
    ledger.discardAnswer()
    ledger.mark('first-heard', 900)
    expect(ledger.close('reported')?.stages.map(({ stage }) => stage)).toEqual(['endpoint', 'first-heard'])
  })

  it('names what was looked up for the answer, and forgets it with the answer', () => {
    const ledger = new TurnLedger()
    ledger.mark('last-voice', 0)
    ledger.context({ used: ['weather'], late: ['news'], failed: [] })
    ledger.mark('first-heard', 900)
    expect(ledger.close('reported')?.context).toEqual({ used: ['weather'], late: ['news'], failed: [] })
    ledger.discardAnswer()
    ledger.mark('first-heard', 950)
    expect(ledger.close('reported')).not.toHaveProperty('context')
  })
})
