import { describe, expect, it } from 'vitest'
import { createDebugReport } from './debug-report.js'

describe('what the audio thread says of itself', () => {
  it('is said once a second, and not at all where nobody asked', () => {
    const lines: string[] = []
    const asked = createDebugReport('capture', 48_000, line => lines.push(line))
    const unasked = createDebugReport('capture', 48_000, undefined)
    for (let quantum = 1; quantum <= 2 * 375; quantum++) {
      asked.rendered(128, () => `${quantum} quanta`)
      unasked.rendered(128, () => {
        throw new Error('nobody asked')
      })
    }
    expect(lines).toEqual(['capture: 375 quanta', 'capture: 750 quanta'])
  })
})
