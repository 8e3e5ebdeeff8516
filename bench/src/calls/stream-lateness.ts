/** How late the gateway's sound comes, against the first piece of each unbroken run: later than its turn is a gap in what is heard. */
import type { PhoneLine } from '@parley/sim'

/** Longer without sound is a new run, ms. */
const RUN_MS = 250
const BYTES_PER_MS = 8

/** Writes the lateness of each piece, ms (0 or more), into `late`, and counts bytes both ways. */
export function measureLine(line: PhoneLine, late: number[], bytes: { sum: number }): PhoneLine {
  let dueMs = 0
  let lastMs = Number.NEGATIVE_INFINITY
  return {
    ...line,
    send(text) {
      bytes.sum += text.length
      line.send(text)
    },
    onMessage(take) {
      line.onMessage(text => {
        bytes.sum += text.length
        if (text.includes('"media"')) {
          const nowMs = performance.now()
          if (nowMs - lastMs > RUN_MS) dueMs = nowMs
          late.push(Math.max(0, nowMs - dueMs))
          const payload = /"payload":"([^"]*)"/.exec(text)?.[1] ?? ''
          dueMs += Buffer.byteLength(payload, 'base64') / BYTES_PER_MS
          lastMs = nowMs
        } else if (text.includes('"clear"')) lastMs = Number.NEGATIVE_INFINITY
        take(text)
      })
    },
  }
}
