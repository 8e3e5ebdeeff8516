import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FarReport, readReports, type SenderSeen, writeReport } from './rtcp.js'

function read(bytes: Uint8Array, ssrc: number, nowMs: number) {
  const senders: SenderSeen[] = []
  const reports: FarReport[] = []
  readReports(bytes, ssrc, nowMs, { onSender: one => senders.push(one), onReport: one => reports.push(one) })
  return { senders, reports }
}

const received = { ssrc: 1, fractionLost: 64, lost: 5, highest: 70_000, jitter: 12 }
const sent = { timestamp: 960, packets: 3, octets: 300 }

describe('RTCP reports', () => {
  it('tell the round trip between two ends: what passed, less what the far end held it', () => {
    const times = fc.record({
      sentAtMs: fc.double({ min: 0, max: 1e8, noNaN: true }),
      wayMs: fc.integer({ min: 0, max: 400 }),
      heldMs: fc.integer({ min: 0, max: 6_000 }),
      otherClockMs: fc.integer({ min: 0, max: 1e6 }),
    })
    fc.assert(
      fc.property(times, ({ sentAtMs, wayMs, heldMs, otherClockMs }) => {
        const one = { ssrc: 1, cname: 'parley', received: undefined, lastSender: undefined }
        const ours = writeReport({ ...one, nowMs: sentAtMs, sent })
        const [lastSender] = read(ours, 2, otherClockMs).senders
        const nowMs = otherClockMs + heldMs
        const back = { ssrc: 2, cname: 'far', nowMs, sent: undefined, received, lastSender }
        const { reports } = read(writeReport(back), 1, sentAtMs + 2 * wayMs + heldMs)
        expect(reports).toHaveLength(1)
        if (lastSender?.ntp !== 0) expect(reports[0]?.rttMs).toBeCloseTo(2 * wayMs, 0)
        expect(reports[0]).toMatchObject({ lossShare: 0.25, jitter: 12 })
      }),
    )
  })

  it('of others say nothing of us, and any bytes are read without an error', () => {
    const report = { ssrc: 2, cname: 'far', nowMs: 5, sent, received, lastSender: undefined }
    expect(read(writeReport(report), 99, 10).reports).toEqual([])
    expect(read(writeReport(report), 1, 10).reports).toEqual([
      { lossShare: 0.25, jitter: 12, rttMs: undefined },
    ])
    const bytes = fc.uint8Array({ maxLength: 200 }).map(some => Uint8Array.of(0x81, 200, ...some))
    fc.assert(
      fc.property(bytes, some => void read(some, 1, 0)),
      { numRuns: 2_000 },
    )
  })

  it('are whole words, with the name at their end', () => {
    for (const cname of ['a', 'ab', 'abc', 'abcd', 'parley']) {
      const bytes = writeReport({ ssrc: 2, cname, nowMs: 5, sent, received, lastSender: undefined })
      expect(bytes.length % 4).toBe(0)
      expect(Buffer.from(bytes).toString('latin1')).toContain(
        `${String.fromCharCode(1, cname.length)}${cname}\0`,
      )
    }
  })
})
